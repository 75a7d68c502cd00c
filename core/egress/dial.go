package egress

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// silent takes what net/http would log: it may quote what a plugin sent.
var silent = log.New(io.Discard, "", 0) //nolint:forbidigo // a logger is what net/http takes, and this one logs nothing

// errNoProxy is that the user's own proxy cannot be used.
var errNoProxy = errors.New("the proxy of the environment")

// dial connects to a granted target: through the user's own proxy if there is one
// for it, else to an address that its name has right now. It says how far the way was
// found, as [RouteHeader] has it.
func (p *Proxy) dial(ctx context.Context, target string) (conn net.Conn, route string, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if !literal(target) && p.options.Upstream != nil {
		upstream, err := p.options.Upstream(&url.URL{Scheme: "https", Host: target})
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", errNoProxy, err)
		}
		if upstream != nil {
			conn, err := throughProxy(ctx, upstream, target)
			return conn, Proxied, err
		}
	}
	return p.direct(ctx, target)
}

// direct resolves once and dials what it was told, so that a name that changes
// cannot lead elsewhere after it was judged.
func (p *Proxy) direct(ctx context.Context, target string) (conn net.Conn, route string, err error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, "", err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, "", err
	}
	var failed error
	var list []string
	for _, address := range addresses {
		list = append(list, address.Unmap().String())
	}
	route = strings.Join(list, ", ")
	for _, address := range addresses {
		if !literal(target) && !public(address) {
			r := p.refused(target, "leads to "+address.Unmap().String()+", which only that address itself may be granted for")
			r.inside = true
			failed = errors.Join(failed, r)
			continue
		}
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(address.Unmap(), portOf(port)).String())
		if err == nil {
			return conn, route, nil
		}
		failed = errors.Join(failed, err)
	}
	if failed == nil {
		failed = fmt.Errorf("%s has no address", host)
	}
	return nil, route, failed
}

func portOf(text string) uint16 {
	port, err := net.LookupPort("tcp", text)
	if err != nil {
		return 0
	}
	return uint16(port)
}

// throughProxy asks another proxy for the connection.
func throughProxy(ctx context.Context, proxy *url.URL, target string) (net.Conn, error) {
	address := proxy.Host
	if proxy.Port() == "" {
		address = net.JoinHostPort(proxy.Hostname(), map[string]string{"https": "443"}[proxy.Scheme])
		if proxy.Scheme != "https" {
			address = net.JoinHostPort(proxy.Hostname(), "80")
		}
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoProxy, err)
	}
	switch proxy.Scheme {
	case "http":
	case "https":
		conn = tls.Client(conn, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	default:
		return nil, errors.Join(fmt.Errorf("%w: scheme %q is not supported", errNoProxy, proxy.Scheme), conn.Close())
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	tunnel, err := askProxy(conn, proxy, target)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = conn.SetDeadline(time.Time{})
	return tunnel, nil
}

func askProxy(conn net.Conn, proxy *url.URL, target string) (net.Conn, error) {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoProxy, err)
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoProxy, err)
	}
	if response.StatusCode != http.StatusOK {
		_, text, _ := strings.Cut(response.Status, " ")
		return nil, &upstreamError{response.StatusCode, text}
	}
	return &bufferedConn{conn, reader}, nil
}

// upstreamError is what the user's own proxy answered; the plugin hears the same.
type upstreamError struct {
	code int
	text string
}

func (e *upstreamError) Error() string { return e.text }

// bufferedConn gives out first what came along with the answer to CONNECT.
type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *bufferedConn) Read(b []byte) (int, error) { return c.reader.Read(b) }

// CloseWrite passes on the end of what one side had to say.
func (c *bufferedConn) CloseWrite() error { return closeWrite(c.Conn) }
