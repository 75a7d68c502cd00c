package plugintest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Fault is what happens to a request instead of an answer.
type Fault func(n *Network, request *http.Request) (*http.Response, error)

// Refuse is a request that never leaves: nobody serves the port.
func Refuse(*Network, *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// LoseAnswer is a request that the store carries out and whose answer gets lost.
func LoseAnswer(n *Network, request *http.Request) (*http.Response, error) {
	response, err := n.send(request)
	if err == nil {
		_ = response.Body.Close() // nobody reads it
	}
	return nil, &net.OpError{Op: "read", Net: "tcp", Err: io.ErrUnexpectedEOF}
}

// Hang is a request that nobody answers until its context ends.
func Hang(_ *Network, request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// Status is a store that answers with a status and does nothing, and asks to wait
// before the next try when retryAfter is more than 0.
func Status(code int, retryAfter time.Duration) Fault {
	return func(_ *Network, request *http.Request) (*http.Response, error) {
		answer := httptest.NewRecorder()
		if retryAfter > 0 {
			answer.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		}
		answer.WriteHeader(code)
		return result(answer, request), nil
	}
}

// Network is what a plugin under test reaches through sdk.HTTPClient: the store of
// the test, whatever host is named. Safe for concurrent use.
type Network struct {
	store http.Handler

	mu     sync.Mutex
	faults map[int]Fault
	sent   int
}

// Fail makes the n-th request from now on, from 1, meet a fault.
func (n *Network) Fail(nth int, fault Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.faults == nil {
		n.faults = map[int]Fault{}
	}
	n.faults[n.sent+nth] = fault
}

// Requests is how many requests the plugin has made.
func (n *Network) Requests() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent
}

// RoundTrip answers a request.
func (n *Network) RoundTrip(request *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.sent++
	fault := n.faults[n.sent]
	n.mu.Unlock()
	if fault != nil {
		return fault(n, request)
	}
	return n.send(request)
}

func (n *Network) send(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	if n.store == nil {
		return Refuse(n, request)
	}
	served := request.Clone(request.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	served.Host, served.RequestURI = request.URL.Host, request.URL.RequestURI()
	answer := httptest.NewRecorder()
	n.store.ServeHTTP(answer, served)
	return result(answer, request), nil
}

func result(answer *httptest.ResponseRecorder, request *http.Request) *http.Response {
	response := answer.Result()
	response.Request = request
	return response
}

// stalled is a network on which nothing is ever answered.
type stalled struct{}

// RoundTrip hangs.
func (stalled) RoundTrip(request *http.Request) (*http.Response, error) { return Hang(nil, request) }
