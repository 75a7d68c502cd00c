package emulator

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Server is a running emulator. Close ends it.
type Server struct {
	options   Options
	authority *authority
	private   *authority // of the vaults of the private cloud
	tokens    *tokens
	store     *store
	limiter   *limiter
	header    string // the secret of the managed identity endpoint
	dir       string // holds the certificate for clients

	issuerOnce sync.Once
	issuerKey  *rsa.PrivateKey // see issuer

	listener net.Listener
	proxy    *http.Server
	inner    *http.Server
	metadata *http.Server // nil when no virtual machine is played, as the next
	machine  net.Listener
	agent    *http.Server // of Azure Arc; nil when there is none
	arc      arc
	tunnels  *tunnels
	ctx      context.Context // of everything that is served
	cancel   context.CancelFunc
	serving  sync.WaitGroup // the servers, their connections and their handlers

	mu       sync.Mutex
	requests []Request
	counts   map[string]int // see Count
}

// Start starts an emulator.
func Start(options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: options, tokens: newTokens(options.Now), limiter: newLimiter(options), header: randomHex(16),
		tunnels: newTunnels(), counts: map[string]int{},
	}
	if s.authority, err = newAuthority(); err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	if s.private, err = newAuthority(); err != nil {
		return nil, fmt.Errorf("certificate authority of the private cloud: %w", err)
	}
	if s.store, err = newStore(options); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", options.Address); err != nil {
		return nil, err
	}
	if err := s.writeCertificates(); err != nil {
		return nil, errors.Join(err, s.listener.Close(), os.RemoveAll(s.dir))
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.listenMetadata(); err != nil {
		s.cancel()
		return nil, errors.Join(err, s.listener.Close(), os.RemoveAll(s.dir))
	}
	s.proxy, s.inner = s.newHTTP(s.serveProxy), s.newHTTP(s.serveInner)
	s.serving.Go(func() { _ = s.proxy.Serve(s.listener) })
	s.serving.Go(func() { _ = s.inner.Serve(s.tunnels) })
	return s, nil
}

// listenMetadata serves the managed identity of a virtual machine, and that of a machine
// with the agent of Azure Arc, if it should.
func (s *Server) listenMetadata() error {
	listen := func(address string) (net.Listener, error) {
		if address == "" {
			return nil, nil
		}
		return net.Listen("tcp", address)
	}
	agent, err := listen(s.options.ArcAgent)
	if err != nil {
		return err
	}
	if s.machine, err = listen(s.options.Metadata); err != nil {
		if agent != nil {
			err = errors.Join(err, agent.Close())
		}
		return err
	}
	if agent != nil {
		s.agent = s.newHTTP(func(w http.ResponseWriter, r *http.Request) { s.arc.serve(s, w, r) })
		s.serving.Go(func() { _ = s.agent.Serve(agent) })
	}
	if s.machine != nil {
		s.metadata = s.newHTTP(s.serveMetadata)
		s.serving.Go(func() { _ = s.metadata.Serve(s.machine) })
	}
	return nil
}

// MetadataAddress is where the managed identity of a virtual machine is served; empty
// when it is not.
func (s *Server) MetadataAddress() string {
	if s.machine == nil {
		return ""
	}
	return s.machine.Addr().String()
}

// newHTTP makes a server of whose connections and handlers Close sees the end,
// which http.Server itself does not wait for.
func (s *Server) newHTTP(handler http.HandlerFunc) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.serving.Add(1) // a hijacked connection no longer counts for its handler
			defer s.serving.Done()
			handler(w, r)
		}),
		ConnState:         s.track,
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // a client that hangs up is no news
	}
}

func (s *Server) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.serving.Add(1)
		if s.ctx.Err() != nil {
			_ = conn.Close() // accepted too late for http.Server.Close to see it
		}
	case http.StateHijacked, http.StateClosed:
		s.serving.Done()
	}
}

// Close ends the emulator: it stops listening, ends every connection and waits
// for whoever served them.
func (s *Server) Close() error {
	s.cancel()
	err := errors.Join(s.proxy.Close(), s.inner.Close(), s.tunnels.Close())
	if s.metadata != nil {
		err = errors.Join(err, s.metadata.Close())
	}
	if s.agent != nil {
		err = errors.Join(err, s.agent.Close())
	}
	s.serving.Wait()
	s.arc.close()
	return errors.Join(err, os.RemoveAll(s.dir))
}

// Shutdown waits for requests under way, at most until ctx ends, then closes.
func (s *Server) Shutdown(ctx context.Context) error {
	_ = s.inner.Shutdown(ctx)
	return s.Close()
}

// URL is the address of the proxy.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return hex.EncodeToString(b)
}

// randomUUID is a random one in the usual form.
func randomUUID() string {
	id := randomHex(16)
	return id[:8] + "-" + id[8:12] + "-4" + id[13:16] + "-8" + id[17:20] + "-" + id[20:]
}
