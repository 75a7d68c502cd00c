package apply

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/secretzero/sz/core/pluginhost"
)

// maxWait bounds how long a store may ask us to wait in all; after that its
// secrets fail with the advice to come back later.
const maxWait = 2 * time.Minute

// limits are the buckets of all throttle scopes. One scope has one bucket, however
// many processes and aliases lead to it.
type limits struct {
	mu     sync.Mutex
	scopes map[string]*scope
}

func newLimits() *limits { return &limits{scopes: map[string]*scope{}} }

type scope struct {
	permits chan struct{}
	bucket  *rate.Limiter

	mu     sync.Mutex
	paused time.Time // no write before then
	waited time.Duration
}

func (l *limits) scope(t pluginhost.Throttle, parallelism int) *scope {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.scopes[t.Scope]; ok && t.Scope != "" {
		return s
	}
	inFlight := t.InFlight
	if inFlight <= 0 {
		inFlight = parallelism
	}
	s := &scope{permits: make(chan struct{}, inFlight), bucket: rate.NewLimiter(rate.Inf, 0)}
	if t.PerSecond > 0 {
		s.bucket = rate.NewLimiter(rate.Limit(t.PerSecond), max(1, t.Burst))
	}
	l.scopes[t.Scope] = s
	return s
}

// do runs a write when its scope has a permit, and again when the store asked for
// time before it stored anything.
func (l *limits) do(ctx context.Context, t pluginhost.Throttle, parallelism int, write func() (pluginhost.WriteResult, error)) (pluginhost.WriteResult, error) {
	s := l.scope(t, parallelism)
	s.permits <- struct{}{}
	defer func() { <-s.permits }()
	for {
		if err := s.wait(ctx); err != nil {
			return pluginhost.WriteResult{Outcome: pluginhost.NotApplied}, err
		}
		result, err := write()
		again := err == nil && result.Outcome == pluginhost.NotApplied && !result.RetryAt.IsZero()
		if !again || !s.pause(result.RetryAt) {
			return result, err
		}
	}
}

// wait takes a token and sits out a pause.
func (s *scope) wait(ctx context.Context) error {
	if err := s.bucket.Wait(ctx); err != nil {
		return err
	}
	for {
		s.mu.Lock()
		left := time.Until(s.paused)
		s.mu.Unlock()
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// pause keeps everybody from writing until a time, unless that would make the
// waits too long in all.
func (s *scope) pause(until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until.After(s.paused) {
		from := s.paused
		if now := time.Now(); from.Before(now) {
			from = now
		}
		if s.waited+until.Sub(from) > maxWait {
			return false
		}
		s.waited += until.Sub(from)
		s.paused = until
	}
	return true
}
