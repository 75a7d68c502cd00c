package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// connect answers CONNECT: a tunnel to a granted target, through which both ends
// speak without anybody listening.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	target := r.Host
	remote, route, err := p.open(r.Context(), target)
	conn, buffered, hijacked := http.NewResponseController(w).Hijack()
	if hijacked != nil {
		if remote != nil {
			_ = remote.Close()
		}
		return
	}
	client := &bufferedConn{conn, buffered.Reader}
	defer client.Close()
	_ = client.SetDeadline(time.Now().Add(headTimeout))
	if err != nil {
		answer(client, route, err)
		return
	}
	defer remote.Close()
	if _, err := client.Write([]byte("HTTP/1.1 200 OK\r\n" + RouteHeader + ": " + route + "\r\n\r\n")); err != nil || p.allowed.isMetadata(target) {
		return // a look whether there is a metadata service; what is asked of it is checked
	}
	select {
	case p.tunnels <- struct{}{}:
		defer func() { <-p.tunnels }()
	default:
		return
	}
	p.relay(client, remote)
}

// open connects to a target if that may be reached, and says how far the way was found.
func (p *Proxy) open(ctx context.Context, target string) (conn net.Conn, route string, err error) {
	switch {
	case p.allowed.isMetadata(target):
		return p.direct(ctx, target)
	case !p.allowed.reachable(target):
		return nil, "", p.refused(target, "is not granted")
	case len(p.tunnels) == cap(p.tunnels):
		return nil, "", errors.New("the plugin has too many connections open")
	case p.bytes.Load() > maxBytes:
		return nil, "", errors.New("the plugin has sent and received more than it may")
	}
	return p.dial(ctx, target)
}

// answer tells a client why there is no tunnel: with a word for programs, and with a
// text beside the code, which is all that most clients show.
func answer(client net.Conn, route string, err error) {
	code, why := status(err), reasonOf(err)
	if upstream, ok := errors.AsType[*upstreamError](err); ok {
		code = upstream.code
	}
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, err.Error())
	if route != "" {
		route = RouteHeader + ": " + route + "\r\n"
	}
	_, _ = fmt.Fprintf(client, "HTTP/1.1 %d %s\r\n%s: %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n", code, text, ReasonHeader, why, route)
}

// relay copies in both directions until both have ended, one has failed, nothing
// has been said for a while, or the proxy is closed.
func (p *Proxy) relay(client, remote net.Conn) {
	stop := context.AfterFunc(p.ctx, func() { _, _ = client.Close(), remote.Close() })
	defer stop()
	t := &tunnel{proxy: p}
	t.said()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, remote}, {remote, client}} {
		both.Go(func() {
			if !t.pump(way[0], way[1]) {
				_, _ = client.Close(), remote.Close()
				return
			}
			_ = closeWrite(way[1])
		})
	}
	both.Wait()
}

type tunnel struct {
	proxy *Proxy
	last  atomic.Int64 // when something was said, in either direction
}

func (t *tunnel) said() { t.last.Store(time.Now().UnixNano()) }

// pump copies one direction, and reports whether it ended well.
func (t *tunnel) pump(from, to net.Conn) bool {
	buffer := make([]byte, 32<<10)
	for {
		quiet := time.Since(time.Unix(0, t.last.Load()))
		if quiet >= idle {
			return false
		}
		_ = from.SetReadDeadline(time.Now().Add(idle - quiet))
		n, err := from.Read(buffer)
		if n > 0 {
			t.said()
			if t.proxy.bytes.Add(int64(n)) > maxBytes {
				return false
			}
			_ = to.SetWriteDeadline(time.Now().Add(idle))
			if _, err := to.Write(buffer[:n]); err != nil {
				return false
			}
		}
		switch {
		case err == nil || errors.Is(err, os.ErrDeadlineExceeded):
		default:
			return isEnd(err)
		}
	}
}
