package emulator

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	goldenChallenge = `Bearer authorization="https://login.microsoftonline.com/` + DefaultTenant + `", resource="https://vault.azure.net"`
	goldenMissing   = `{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token."}}`
)

// tunnel opens a connection to a host through the proxy, byte by byte.
func tunnel(t *testing.T, s *Server, to string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", to, to)
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodConnect})
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("CONNECT: %v %v", response, err)
	}
	return conn
}

// TestChallengeComesFirst sends the head of a request that promises a body and
// waits for the answer before it would send any: without api-version, too.
func TestChallengeComesFirst(t *testing.T) {
	s := start(t, Options{})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CertificatePEM())
	secure := tls.Client(tunnel(t, s, host), &tls.Config{ServerName: host, RootCAs: pool})
	fmt.Fprintf(secure, "PUT /secrets/under_score HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n", host)
	response, err := http.ReadResponse(bufio.NewReader(secure), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("WWW-Authenticate"); response.StatusCode != http.StatusUnauthorized || got != goldenChallenge {
		t.Errorf("status %d, WWW-Authenticate %q", response.StatusCode, got)
	}
}

func TestTokens(t *testing.T) {
	c := newClock()
	s := start(t, Options{Now: c.Now})
	other, _ := s.tokens.issue("https://vault.azure.net", systemIdentity, "99999999-2222-3333-4444-555555555555")
	old := s.Token()
	c.advance(tokenLife)
	foreign := newTokens(c.Now)
	forged, _ := foreign.issue("https://vault.azure.net", systemIdentity, DefaultTenant)
	cases := []struct{ name, token, message string }{
		{"none", "", goldenMissing},
		{"not a token", "x", "AKV10046"},
		{"not ours", forged, "AKV10046"},
		{"changed", s.Token() + "x", "AKV10046"},
		{"another audience", s.TokenFor("https://management.azure.com", ""), "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com."},
		{"another tenant", other, "AKV10032"},
		{"expired", old, "[TokenExpired]"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			r := send(t, s, "GET", "/secrets"+query, test.token, "")
			if r.status != http.StatusUnauthorized || !strings.Contains(r.body, test.message) || r.header.Get("WWW-Authenticate") != goldenChallenge {
				t.Errorf("status %d, WWW-Authenticate %q, body %s", r.status, r.header.Get("WWW-Authenticate"), r.body)
			}
			checkHeaders(t, test.name, r)
		})
	}
	if r := send(t, s, "GET", "/secrets"+query, s.Token(), ""); r.status != http.StatusOK {
		t.Errorf("a good token: status %d", r.status)
	}
	if s.Count("GET") != 1 {
		t.Errorf("%d authorised requests, want 1", s.Count("GET"))
	}
}

func TestCloudsHaveVaultsOfTheirOwn(t *testing.T) {
	s := start(t, Options{})
	for _, c := range clouds {
		url := "https://same" + c.suffix + "/secrets/where" + query
		r := send(t, s, "PUT", url, "", "")
		if got, want := r.header.Get("WWW-Authenticate"), `Bearer authorization="https://`+c.login+"/"+DefaultTenant+`", resource="`+c.resource+`"`; got != want {
			t.Errorf("challenge of %s: %s, want %s", c.suffix, got, want)
		}
		token := s.TokenFor(c.resource, "")
		if r := send(t, s, "PUT", url, token, `{"value":"`+c.suffix+`"}`); r.status != http.StatusOK {
			t.Errorf("set in %s: %d %s", c.suffix, r.status, r.body)
		}
	}
	for _, c := range clouds {
		r := send(t, s, "GET", "https://same"+c.suffix+"/secrets/where/"+query, s.TokenFor(c.resource, ""), "")
		if !strings.Contains(r.body, `"value":"`+c.suffix+`"`) {
			t.Errorf("%s holds the secret of another cloud: %s", c.suffix, r.body)
		}
	}
}

// TestCloseEndsWhatIsUnderWay closes an emulator in the middle of a tunnel without
// TLS, and of a request that a fault holds up.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	held := make(chan struct{})
	s, err := Start(Options{
		Faults: []Fault{{Method: "PUT", N: 1, Kind: Slow, Delay: time.Hour}},
		Before: func(Request) { close(held) },
	})
	if err != nil {
		t.Fatal(err)
	}
	tunnel(t, s, host)
	ended := make(chan error)
	go func() {
		_, err := try(s, "PUT", "/secrets/n"+query, s.Token(), `{"value":"x"}`)
		ended <- err
	}()
	<-held
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("a request survived the emulator")
	}
	noneServe(t)
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

// TestCloseWaits holds a handler up until Close has begun and lets others run
// before the handler ends: Close must come after it.
func TestCloseWaits(t *testing.T) {
	var s *Server
	var finished atomic.Bool
	held := make(chan struct{})
	s, err := Start(Options{After: func(Request) {
		close(held)
		<-s.ctx.Done()
		for range 10_000 {
			runtime.Gosched()
		}
		finished.Store(true)
	}})
	if err != nil {
		t.Fatal(err)
	}
	var request sync.WaitGroup
	request.Go(func() { _, _ = try(s, "PUT", "/secrets/n"+query, s.Token(), `{"value":"x"}`) })
	<-held
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !finished.Load() {
		t.Error("Close did not wait for a handler")
	}
	request.Wait()
}
