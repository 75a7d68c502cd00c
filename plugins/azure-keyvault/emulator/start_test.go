package emulator

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	host  = "golden.vault.azure.net"
	query = "?api-version=2026-04-01"
)

// clock is a clock that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1779401257, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start runs an emulator for a test, which fails if anything of it is left at the
// end.
func start(t *testing.T, options Options) *Server {
	t.Helper()
	s, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		noneServe(t)
	})
	return s
}

// noneServe looks for goroutines inside a handler. The last of them said that it
// is done, and may need to run a little further to end.
func noneServe(t *testing.T) {
	t.Helper()
	var all bytes.Buffer
	for range 1000 {
		all.Reset()
		_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
		if !strings.Contains(all.String(), "emulator.(*Server).serve") {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("goroutines outlive Close:\n%s", all.String())
}

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request as it is; path begins at the host of the tests' vault, or
// is a whole URL.
func send(t *testing.T, s *Server, method, path, token, body string) reply {
	t.Helper()
	r, err := try(s, method, path, token, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func try(s *Server, method, path, token, body string) (reply, error) {
	if strings.HasPrefix(path, "/") {
		path = "https://" + host + path
	}
	request, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := s.Client()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

// do sends an authorised request and checks the status.
func do(t *testing.T, s *Server, method, path, body string, status int) string {
	t.Helper()
	r := send(t, s, method, path, s.Token(), body)
	if r.status != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.body)
	}
	return r.body
}
