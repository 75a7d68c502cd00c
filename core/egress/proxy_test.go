package egress

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs a proxy for a test and gives its address.
func serve(t *testing.T, o Options) (*Proxy, string) {
	t.Helper()
	o.Password = "secret"
	p := New(o)
	listener := listen(t)
	p.Serve(listener)
	t.Cleanup(func() { _ = p.Close() })
	return p, listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// echo answers every connection with what it says.
func echo(t *testing.T) string {
	t.Helper()
	listener := listen(t)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// ask says a request to the proxy and gives the answer and the connection.
func ask(t *testing.T, proxy, request, password string) (*http.Response, net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp4", proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	credentials := base64.StdEncoding.EncodeToString([]byte(User + ":" + password))
	if _, err := fmt.Fprintf(conn, "%s\r\nProxy-Authorization: Basic %s\r\n\r\n", request, credentials); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	return response, conn, reader
}

func connectTo(target string) string { return "CONNECT " + target + " HTTP/1.1\r\nHost: " + target }

func TestTunnelToWhatIsGranted(t *testing.T) {
	granted := echo(t)
	_, proxy := serve(t, Options{Network: []string{granted}})
	response, conn, reader := ask(t, proxy, connectTo(granted), "secret")
	if response.StatusCode != 200 {
		t.Fatal(response.Status)
	}
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := reader.ReadString('\n'); err != nil || line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestWhatIsNotGrantedIsRefused(t *testing.T) {
	other := echo(t)
	p, proxy := serve(t, Options{Network: []string{"kv.vault.azure.net:443"}})
	_, port, _ := net.SplitHostPort(other)
	for _, target := range []string{
		other, "localhost:" + port, "[::1]:" + port, "0.0.0.0:" + port, "169.254.169.254:80",
		"kv.vault.azure.net.:443", "kv.vault.azure.net:80", "kv.vault.azure.net:0443", "kv.vault.azure.net:https", "x@kv.vault.azure.net:443",
		"kv.vault.azure.net", "kv.vault.azure.net.attacker.example:443", "KV.vault.azure.net.:443",
	} {
		response, _, _ := ask(t, proxy, connectTo(target), "secret")
		if reason := response.Header.Get(ReasonHeader); response.StatusCode != 403 && response.StatusCode != 400 || response.StatusCode == 403 && reason != NotGranted {
			t.Errorf("%s: %s, reason %q", target, response.Status, reason)
		}
	}
	if refused := p.Refusals(); len(refused) == 0 || refused[0] != other {
		t.Errorf("refusals %v", refused)
	}
}

func TestPasswordIsAsked(t *testing.T) {
	granted := echo(t)
	_, proxy := serve(t, Options{Network: []string{granted}})
	for _, request := range []string{connectTo(granted), "GET http://" + granted + "/ HTTP/1.1\r\nHost: " + granted} {
		if response, _, _ := ask(t, proxy, request, "guess"); response.StatusCode != http.StatusProxyAuthRequired {
			t.Error(response.Status)
		}
	}
}

// TestNameThatLeadsInside has a name server that says of every name that it is the
// metadata service, or this machine.
func TestNameThatLeadsInside(t *testing.T) {
	for _, address := range []string{"169.254.169.254", "127.0.0.1", "0.0.0.0", "168.63.129.16"} {
		nameServer(t, netip.MustParseAddr(address))
		_, proxy := serve(t, Options{Network: []string{"kv.attacker.example:443"}})
		response, _, _ := ask(t, proxy, connectTo("kv.attacker.example:443"), "secret")
		if response.StatusCode != 403 || !strings.Contains(response.Status, address) {
			t.Errorf("%s: %s", address, response.Status)
		}
	}
}

// TestHowFarTheWayWasFound has each end of the way missing in turn.
func TestHowFarTheWayWasFound(t *testing.T) {
	open := echo(t)
	_, port, _ := net.SplitHostPort(open)
	gone, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := gone.Addr().String()
	_ = gone.Close()
	deaf := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "tcp4", closed)
	}}
	for name, c := range map[string]struct {
		target        string
		prepare       func()
		reason, route string
	}{
		"there":                {open, func() {}, "", "127.0.0.1"},
		"nobody listens":       {closed, func() {}, Refused, "127.0.0.1"},
		"no such name":         {"kv.vault.azure.net:443", func() { nameServer(t, netip.Addr{}) }, NoSuchHost, ""},
		"no name service":      {"kv.vault.azure.net:443", func() { net.DefaultResolver = deaf }, NoNameService, ""},
		"a name that leads in": {"kv.vault.azure.net:" + port, func() { nameServer(t, netip.MustParseAddr("127.0.0.1")) }, LeadsInside, "127.0.0.1"},
		"not granted":          {"other.example:443", func() {}, NotGranted, ""},
	} {
		old := net.DefaultResolver
		c.prepare()
		granted := []string{open, closed, "kv.vault.azure.net:443", "kv.vault.azure.net:" + port}
		_, proxy := serve(t, Options{Network: granted})
		response, _, _ := ask(t, proxy, connectTo(c.target), "secret")
		if got, route := response.Header.Get(ReasonHeader), response.Header.Get(RouteHeader); got != c.reason || route != c.route {
			t.Errorf("%s: %s, reason %q, route %q", name, response.Status, got, route)
		}
		net.DefaultResolver = old
	}
}

func nameServer(t *testing.T, answer netip.Addr) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			text := make([]byte, 512)
			n, from, err := conn.ReadFrom(text)
			if err != nil {
				return
			}
			var asked dnsmessage.Message
			if asked.Unpack(text[:n]) != nil {
				continue
			}
			asked.Response, asked.Additionals = true, nil
			if !answer.IsValid() {
				asked.RCode = dnsmessage.RCodeNameError
			}
			if q := asked.Questions[0]; q.Type == dnsmessage.TypeA && answer.IsValid() {
				asked.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: answer.As4()}}}
			}
			if packed, err := asked.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	old := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "udp4", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = old
		_ = conn.Close()
		<-ended
	})
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"20.50.2.1": true, "10.0.0.4": true, "192.168.1.1": true, "fd12::1": true, "2603:1030::1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1": false, "224.0.0.1": false, "ff02::1": false,
		"fd00:ec2::254": false, "100.100.100.200": false, "168.63.129.16": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestTokenRequest(t *testing.T) {
	r := newRules(Options{Identity: []string{"azure:https://vault.azure.net"}})
	const host = "169.254.169.254"
	for _, c := range []struct {
		method, url, host string
		want              bool
	}{
		{"GET", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net", host, true},
		{"GET", "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fvault.azure.net", "127.0.0.1:40342", true},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net", "127.0.0.1:40343", false},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net", "127.0.0.1", false},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fmanagement.azure.com", "127.0.0.1:40342", false},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fmanagement.azure.com", host, false},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net&resource=https%3A%2F%2Fmanagement.azure.com", host, false},
		{"GET", "/metadata/identity/oauth2/token", host, false},
		{"GET", "/metadata/instance?resource=https%3A%2F%2Fvault.azure.net", host, false},
		{"GET", "/metadata/identity/oauth2/../../instance?resource=https%3A%2F%2Fvault.azure.net", host, false},
		{"PUT", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net", host, false},
		{"GET", "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net", "attacker.example", false},
	} {
		u, err := url.Parse("http://" + host + c.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.tokenRequest(&http.Request{Method: c.method, URL: u, Host: c.host}); got != c.want {
			t.Errorf("%s %s of %s: %t", c.method, c.url, c.host, got)
		}
	}
	for _, target := range azureMetadata {
		if !r.isMetadata(target) || newRules(Options{}).isMetadata(target) {
			t.Errorf("%s is open to all, or to nobody", target)
		}
	}
}

// TestUserProxyIsUsed has the connection made by the proxy of the environment, and
// what that says passed on.
func TestUserProxyIsUsed(t *testing.T) {
	granted := echo(t)
	asked := make(chan string, 4)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Host
		if r.Host != "kv.vault.azure.net:443" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		remote, err := net.Dial("tcp4", granted)
		if err != nil {
			return
		}
		defer remote.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(remote, conn); _ = remote.Close() }()
		_, _ = io.Copy(conn, remote)
	})}
	listener := listen(t)
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	upstream := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	_, proxy := serve(t, Options{Network: []string{"kv.vault.azure.net:443", "no.vault.azure.net:443"}, Upstream: func(*url.URL) (*url.URL, error) { return upstream, nil }})
	response, conn, reader := ask(t, proxy, connectTo("kv.vault.azure.net:443"), "secret")
	if response.StatusCode != 200 || <-asked != "kv.vault.azure.net:443" || response.Header.Get(RouteHeader) != Proxied {
		t.Fatalf("%s, route %q", response.Status, response.Header.Get(RouteHeader))
	}
	_, _ = conn.Write([]byte("x\n"))
	if line, err := reader.ReadString('\n'); err != nil || line != "x\n" {
		t.Errorf("%q, %v", line, err)
	}
	_ = conn.Close()
	response, _, _ = ask(t, proxy, connectTo("no.vault.azure.net:443"), "secret")
	if response.StatusCode != http.StatusBadGateway || response.Header.Get(ReasonHeader) != ProxySaysNo {
		t.Errorf("%s, reason %q", response.Status, response.Header.Get(ReasonHeader))
	}
}

// TestPlainRequestsTellWhyNothingWasSent: the word for programs says that nothing was, so
// no host can say it, and it is not said of a request that a host took.
func TestPlainRequestsTellWhyNothingWasSent(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(ReasonHeader, Refused)
		if r.URL.Path == "/gone" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer host.Close()
	nobody := listen(t)
	_ = nobody.Close()
	granted, closed := host.Listener.Addr().String(), nobody.Addr().String()
	_, proxy := serve(t, Options{Network: []string{granted, closed}})
	for path, want := range map[string]struct {
		status int
		reason string
	}{
		granted + "/":     {http.StatusBadGateway, ""},
		granted + "/gone": {http.StatusBadGateway, ""},
		closed + "/":      {http.StatusBadGateway, Refused},
		"127.0.0.1:1/":    {http.StatusForbidden, NotGranted},
	} {
		target, _, _ := strings.Cut(path, "/")
		response, _, _ := ask(t, proxy, "GET http://"+path+" HTTP/1.1\r\nHost: "+target, "secret")
		if reason := response.Header.Get(ReasonHeader); response.StatusCode != want.status || reason != want.reason {
			t.Errorf("%s: %s, reason %q", path, response.Status, reason)
		}
	}
}
