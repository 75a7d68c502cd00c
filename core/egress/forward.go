package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// pass forwards a plain HTTP request to a granted target. Metadata services speak
// nothing else.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request) {
	target := r.URL.Host
	if r.URL.Port() == "" {
		target = net.JoinHostPort(r.URL.Hostname(), "80")
	}
	if err := p.mayPass(target, r); err != nil {
		refuse(w, err)
		return
	}
	request := r.Clone(r.Context())
	request.RequestURI = ""
	for _, name := range []string{"Proxy-Authorization", "Proxy-Connection", "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		request.Header.Del(name)
	}
	request.Body = http.MaxBytesReader(w, r.Body, maxBytes)
	response, err := p.forward.RoundTrip(request)
	if err != nil {
		refuse(w, err)
		return
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.Header().Del(ReasonHeader) // which is ours to say
	w.Header().Del(RouteHeader)
	w.WriteHeader(response.StatusCode)
	n, _ := io.Copy(w, io.LimitReader(response.Body, maxBytes-p.bytes.Load()))
	p.bytes.Add(n)
}

// refuse tells a client why there is no answer. The word for programs means that nothing
// was sent, so it is left out where that is not sure.
func refuse(w http.ResponseWriter, err error) {
	_, refused := errors.AsType[*refusal](err)
	way, failed := errors.AsType[*wayError](err)
	if refused || failed {
		w.Header().Set(ReasonHeader, reasonOf(err))
	}
	if failed && way.route != "" {
		w.Header().Set(RouteHeader, way.route)
	}
	http.Error(w, err.Error(), status(err))
}

// wayError is that there is no connection over which a request could be sent.
type wayError struct {
	route string // how far the way was found
	error
}

// Unwrap is the cause.
func (e *wayError) Unwrap() error { return e.error }

func (p *Proxy) mayPass(target string, r *http.Request) error {
	switch {
	case p.bytes.Load() > maxBytes:
		return errors.New("the plugin has sent and received more than it may")
	case p.allowed.reachable(target) && r.Host == r.URL.Host:
		return nil
	case p.allowed.isMetadata(target) && p.allowed.tokenRequest(r):
		return nil
	case p.allowed.isMetadata(target):
		return p.refused("http://"+target+r.URL.Path, "is not the request for a token that is granted")
	}
	return p.refused(target, "is not granted")
}

func (p *Proxy) newTransport() *http.Transport {
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if p.options.Upstream == nil || literal(addressOf(r.URL)) {
				return nil, nil
			}
			return p.options.Upstream(r.URL)
		},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if p.allowed.reachable(address) || p.allowed.isMetadata(address) {
				conn, route, err := p.direct(ctx, address)
				if err != nil {
					return nil, &wayError{route, err}
				}
				return conn, nil
			}
			var dialer net.Dialer // the user's own proxy
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, &wayError{"", fmt.Errorf("%w: %w", errNoProxy, err)}
			}
			return conn, nil
		},
		DisableCompression: true, ResponseHeaderTimeout: 2 * time.Minute, IdleConnTimeout: idle, MaxIdleConns: 8,
	}
}

func addressOf(u *url.URL) string {
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "80")
	}
	return u.Host
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) }

// closeWrite says that nothing more will come, where a connection can say that.
func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return conn.Close()
}
