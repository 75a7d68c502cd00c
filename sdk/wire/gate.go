package wire

import (
	"context"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// servicePrefix starts the name of every method of the contract.
const servicePrefix = "/sz.plugin.v1."

// gate counts the calls under way, and lets nothing in once it is closed.
type gate struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // closed when the last call leaves a closed gate
}

// enter lets a call in; leave must follow.
func (g *gate) enter(call string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return status.Errorf(codes.FailedPrecondition, "%s refused: the session is ending", call)
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// close closes the gate and waits until nothing is inside, for at most grace or until
// ctx ends. It reports whether the gate is empty.
func (g *gate) close(ctx context.Context, grace time.Duration) bool {
	g.mu.Lock()
	if !g.closed {
		g.closed, g.empty = true, make(chan struct{})
		if g.inside == 0 {
			close(g.empty)
		}
	}
	empty := g.empty
	g.mu.Unlock()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-empty:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// counted reports whether a call is one of a session's own. A stream of writes is not:
// it is open for as long as the host may have something to write, and each of its
// writes is counted.
func counted(method string) bool {
	switch method {
	case pb.Plugin_Describe_FullMethodName, pb.Plugin_Drain_FullMethodName, pb.Targets_Write_FullMethodName:
		return false
	}
	return strings.HasPrefix(method, servicePrefix)
}

func (s *server) countUnary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if counted(info.FullMethod) {
		if err := s.calls.enter(strings.TrimPrefix(info.FullMethod, servicePrefix)); err != nil {
			return nil, err
		}
		defer s.calls.leave()
	}
	return handle(ctx, request)
}

func (s *server) countStream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if counted(info.FullMethod) {
		if err := s.calls.enter(strings.TrimPrefix(info.FullMethod, servicePrefix)); err != nil {
			return err
		}
		defer s.calls.leave()
	}
	return handle(service, stream)
}
