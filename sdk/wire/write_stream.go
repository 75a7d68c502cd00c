package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"google.golang.org/grpc"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// writeStream multiplexes writes over one bidirectional call. One goroutine,
// started by openWriteStream and ended by close or by the plugin's end, hands
// each answer to the caller who waits for it.
type writeStream struct {
	stream grpc.BidiStreamingClient[pb.TargetsWriteRequest, pb.TargetsWriteResponse]
	cancel context.CancelFunc
	ended  chan struct{}

	sending sync.Mutex

	mu   sync.Mutex
	next uint64
	// waiting has every item that was sent and not answered; nil is one that nobody
	// waits for any more.
	waiting map[uint64]chan WriteResult
	reports map[uint64]func(Progress)
	failed  error
}

func openWriteStream(targets pb.TargetsClient) (*writeStream, error) {
	// The stream outlives each single write: its context ends with close, and
	// every write has the context of its caller.
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := targets.Write(ctx)
	if err != nil {
		cancel()
		return nil, callError("Targets.Write", err)
	}
	s := &writeStream{stream: stream, cancel: cancel, ended: make(chan struct{}), waiting: map[uint64]chan WriteResult{}, reports: map[uint64]func(Progress){}}
	go s.receive()
	return s, nil
}

func (s *writeStream) receive() {
	defer close(s.ended)
	for {
		answer, err := s.stream.Recv()
		if err != nil {
			s.fail(callError("Targets.Write", err))
			return
		}
		if err := s.deliver(answer); err != nil {
			s.fail(err)
			s.cancel()
			return
		}
	}
}

// deliver hands an answer to who waits for it. Of progress nobody has to wait for; an
// answer that was not asked for puts all others in doubt.
func (s *writeStream) deliver(answer *pb.TargetsWriteResponse) error {
	s.mu.Lock()
	if p := answer.GetProgress(); p != nil {
		report := s.reports[p.GetItem()]
		s.mu.Unlock()
		if report != nil {
			report(progressFromPB(p))
		}
		return nil
	}
	defer s.mu.Unlock()
	number := answer.GetItem()
	waiter, asked := s.waiting[number]
	if !asked {
		text := fmt.Sprintf("answered item %d, which was never sent", number)
		if 0 < number && number <= s.next {
			text = fmt.Sprintf("answered item %d twice", number)
		}
		return &CallError{Call: "Targets.Write", Text: text}
	}
	delete(s.waiting, number)
	delete(s.reports, number)
	if waiter != nil {
		waiter <- writeResultFromPB(answer) // it has room for one
	}
	return nil
}

// fail lets every waiting and every later write know that no answer will come.
func (s *writeStream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = err
	for item, waiter := range s.waiting {
		if waiter != nil {
			close(waiter)
		}
		delete(s.waiting, item)
	}
}

func (s *writeStream) write(ctx context.Context, item WriteItem) (WriteResult, error) {
	number, waiter, err := s.register(progressOf(ctx))
	if err != nil {
		return WriteResult{Outcome: NotApplied}, err
	}
	s.sending.Lock()
	err = s.stream.Send(writeItemToPB(number, item))
	s.sending.Unlock()
	if err != nil {
		return WriteResult{Outcome: OutcomeUnknown}, s.sendError(number, err)
	}
	select {
	case result, ok := <-waiter:
		if !ok {
			s.mu.Lock()
			defer s.mu.Unlock()
			return WriteResult{Outcome: OutcomeUnknown}, s.failed
		}
		return result, nil
	case <-ctx.Done():
		s.forget(number)
		return WriteResult{Outcome: OutcomeUnknown}, callError("Targets.Write", contextStatus(ctx))
	}
}

// sendError is why an item could not be sent. gRPC tells a sender only that the
// stream is over; the receiver learns the reason.
func (s *writeStream) sendError(number uint64, err error) error {
	s.forget(number)
	if !errors.Is(err, io.EOF) {
		return callError("Targets.Write", err)
	}
	<-s.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *writeStream) register(report func(Progress)) (uint64, chan WriteResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return 0, nil, s.failed
	}
	s.next++
	waiter := make(chan WriteResult, 1)
	s.waiting[s.next] = waiter
	if report != nil {
		s.reports[s.next] = report
	}
	return s.next, waiter, nil
}

func (s *writeStream) forget(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, unanswered := s.waiting[number]; unanswered {
		s.waiting[number] = nil
	}
	delete(s.reports, number)
}

func (s *writeStream) close() {
	s.sending.Lock()
	_ = s.stream.CloseSend()
	s.sending.Unlock()
	s.cancel()
	<-s.ended
}
