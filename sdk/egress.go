package sdk

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/secretzero/sz/sdk/wire"
)

// SandboxProxy is the proxy of sz, which in the sandbox is the only way to the
// granted hosts, those on this machine and metadata services included; nil where
// there is no sandbox. [HTTPClient] uses it. A library that brings a transport of its
// own needs it as the transport's proxy, for http.ProxyFromEnvironment excepts hosts
// on this machine.
func SandboxProxy() *url.URL {
	proxy, err := url.Parse(os.Getenv(wire.EnvEgress))
	if err != nil || proxy.Host == "" {
		return nil
	}
	return proxy
}

// The headers, and the words in them, are the proxy's (core/egress/reason.go).
const (
	reasonHeader = "Sz-Reason"
	routeHeader  = "Sz-Route"
	proxied      = "proxy"
)

// NotGrantedError is a host that this plugin may not reach: neither by what it asked
// for nor by what the user allowed.
type NotGrantedError struct {
	Host string
	// Leads is the address inside of this machine or beside it that the host's name leads
	// to; empty for a host that is not granted at all.
	Leads string
}

// Error names the host.
func (e *NotGrantedError) Error() string {
	if e.Leads != "" {
		return e.Host + " leads to " + e.Leads + ", which is reached by no name"
	}
	return e.Host + " is not granted to this plugin"
}

// ProxyError is that the user's own proxy does not let something through.
type ProxyError struct {
	Status int    // of its answer
	Text   string // beside the status
}

// Error is what the proxy answered.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy of the environment answered %d %s", e.Status, e.Text)
}

// Route is how far the proxy of sz found the way to a host.
type Route struct {
	Addresses []string // that the host's name has
	Proxied   bool     // the user's own proxy is on the way, and resolves the name
	Connected bool     // somebody answered there
}

type routeKey struct{}

// WithRoute makes report hear how far the way of each new connection that is made under
// ctx was found. It is called from other goroutines, and only for a transport with
// [ProxyAnswer] in the sandbox.
func WithRoute(ctx context.Context, report func(Route)) context.Context {
	return context.WithValue(ctx, routeKey{}, report)
}

// tellRoute tells who listens of the route that an answer has.
func tellRoute(ctx context.Context, response *http.Response) {
	report, ok := ctx.Value(routeKey{}).(func(Route))
	text := response.Header.Get(routeHeader)
	if !ok || text == "" {
		return
	}
	r := Route{Proxied: text == proxied, Connected: response.StatusCode == http.StatusOK}
	if !r.Proxied {
		r.Addresses = strings.Split(text, ", ")
	}
	report(r)
}

// ProxyAnswer makes of what the proxy of sz answers the error that a connection from
// here would have had: an unknown name is a net.DNSError, and so on. What the user's own
// proxy refuses is a [ProxyError]. A transport that uses [SandboxProxy] takes it as its
// OnProxyConnectResponse. Answers of other proxies it leaves to net/http.
func ProxyAnswer(ctx context.Context, _ *url.URL, request *http.Request, response *http.Response) error {
	tellRoute(ctx, response)
	_, text, _ := strings.Cut(response.Status, " ")
	failed := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New(text)}
	host := request.URL.Host
	if host == "" {
		host = request.Host
	}
	switch response.Header.Get(reasonHeader) {
	case "":
		return nil
	case "proxy-no":
		failed.Op, failed.Err = "proxyconnect", &ProxyError{response.StatusCode, text}
	case "not-granted":
		failed.Err = &NotGrantedError{Host: host}
	case "leads-inside":
		failed.Err = &NotGrantedError{host, response.Header.Get(routeHeader)}
	case "no-such-host":
		failed.Err = &net.DNSError{Err: "no such host", Name: strings.TrimSuffix(host, ":443"), IsNotFound: true}
	case "no-name-service":
		failed.Err = &net.DNSError{Err: text, Name: strings.TrimSuffix(host, ":443"), IsTemporary: true}
	case "no-answer":
		failed.Err = os.ErrDeadlineExceeded
	case "refused":
		failed.Err = os.NewSyscallError("connect", syscall.ECONNREFUSED)
	case "no-route":
		failed.Err = os.NewSyscallError("connect", syscall.ENETUNREACH)
	case "no-proxy":
		failed.Op = "proxyconnect"
	}
	return failed
}

// Dial connects to a granted host:port, through the proxy of sz where there is a
// sandbox. For what is not HTTP.
func Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	proxy := SandboxProxy()
	if proxy == nil {
		return dialer.DialContext(ctx, network, address)
	}
	conn, err := dialer.DialContext(ctx, "tcp", proxy.Host)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	tunnel, err := connect(conn, proxy.User, address)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return tunnel, nil
}

// connect asks the proxy for the way to an address.
func connect(conn net.Conn, user *url.Userinfo, address string) (net.Conn, error) {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	password, _ := user.Password()
	request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		if err := ProxyAnswer(context.Background(), nil, request, response); err != nil {
			return nil, err
		}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New(response.Status)}
	}
	if reader.Buffered() > 0 {
		return nil, fmt.Errorf("connect %s: the proxy spoke before it was asked", address)
	}
	return conn, nil
}
