// Package egress is the way out of the sandbox: a proxy that sz runs for one plugin
// process, with its own network, to the hosts that were granted and to no other.
//
// The plugin has no route, no resolver and no socket that leads anywhere else; what
// it says to a granted host is encrypted from end to end, and not looked into. An
// HTTP client needs nothing but HTTPS_PROXY to use it. The way through it: [New]
// makes a [Proxy] of an [Options]; Serve answers CONNECT (tunnel.go) and plain HTTP
// (forward.go); whether a host may be reached is decided in allow.go, how it is
// reached in dial.go.
//
// Next: core/sandbox, which makes the socket that the plugin asks at;
// core/pluginhost, which serves it.
package egress

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of one process.
const (
	maxTunnels   = 64
	maxBytes     = 1 << 30 // in both directions together
	idle         = 60 * time.Second
	dialTimeout  = 15 * time.Second
	maxHeader    = 64 << 10
	maxRefusals  = 16
	headTimeout  = 30 * time.Second
	refusalStart = "refused by sz: "
)

// User is the name that goes with [Options.Password].
const User = "sz"

// Options say what a process may reach.
type Options struct {
	Network  []string // host:port
	Identity []string // metadata endpoints with their audience: see allow.go
	// Password is what the process has to know: where it has no network of its own,
	// others can find the proxy too.
	Password string
	// Upstream is the user's own proxy for a URL; nil for none.
	Upstream func(*url.URL) (*url.URL, error)
}

// Proxy serves one process. Make one with [New], end it with Close.
type Proxy struct {
	options Options
	allowed rules
	server  *http.Server
	forward *http.Transport

	tunnels chan struct{}
	bytes   atomic.Int64
	ctx     context.Context // of all connections; done when the proxy is closed
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	refusals []string
}

// New makes a proxy that does not run yet.
func New(options Options) *Proxy {
	p := &Proxy{options: options, allowed: newRules(options), tunnels: make(chan struct{}, maxTunnels)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.server = &http.Server{Handler: p, MaxHeaderBytes: maxHeader, ReadHeaderTimeout: headTimeout, IdleTimeout: idle, ErrorLog: silent}
	p.forward = p.newTransport()
	return p
}

// Serve answers at a listener, which it closes, until Close. It returns at once.
func (p *Proxy) Serve(listener net.Listener) {
	p.running.Go(func() { _ = p.server.Serve(listener) })
}

// Close ends every connection and waits for what served it.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cancel()
	err := p.server.Close()
	p.running.Wait()
	p.forward.CloseIdleConnections()
	return err
}

// URL is what the process is told: the address of its proxy, with its password.
func (p *Proxy) URL(address string) string {
	return (&url.URL{Scheme: "http", User: url.UserPassword(User, p.options.Password), Host: address}).String()
}

// Refusals are the hosts that the process asked for and may not reach, each once,
// in the order of its asking.
func (p *Proxy) Refusals() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.refusals...)
}

// ServeHTTP answers one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.begin() {
		return
	}
	defer p.running.Done()
	switch {
	case !p.knows(r.Header.Get("Proxy-Authorization")):
		w.Header().Set("Proxy-Authenticate", `Basic realm="sz"`)
		http.Error(w, "the proxy of sz asks for the password that the plugin was given", http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		p.connect(w, r)
	case r.URL.Scheme == "http":
		p.pass(w, r)
	default:
		http.Error(w, "this is the proxy of sz, and no server", http.StatusBadRequest)
	}
}

// begin counts a request, unless the proxy is closed: who closes it waits for what
// was counted.
func (p *Proxy) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.running.Add(1)
	}
	return !p.closed
}

// knows compares in a time that does not tell how much was right.
func (p *Proxy) knows(authorization string) bool {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(User+":"+p.options.Password))
	return subtle.ConstantTimeCompare([]byte(authorization), []byte(want)) == 1
}

// refused is why a host is not reached. Its text is made to be shown.
func (p *Proxy) refused(target, why string) *refusal {
	if len(target) > 300 {
		target = target[:300] + "…"
	}
	target = strings.ToValidUTF8(target, "·")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.refusals) < maxRefusals && !slices.Contains(p.refusals, target) {
		p.refusals = append(p.refusals, target)
	}
	return &refusal{text: fmt.Sprintf("%s%q %s", refusalStart, target, why)}
}

type refusal struct {
	text   string
	inside bool // the name is granted, and leads to an address that names may not lead to
}

func (r *refusal) Error() string { return r.text }

// status is the answer to an error: what was refused, or what failed on the way.
func status(err error) int {
	if _, ok := errors.AsType[*refusal](err); ok {
		return http.StatusForbidden
	}
	return http.StatusBadGateway
}
