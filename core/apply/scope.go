package apply

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/secretzero/sz/core/pluginhost"
)

// How long to wait for a store that refuses for now. One that does not say how long,
// and whose limit ours cannot explain, is asked again after a pause that doubles.
const (
	maxWait    = 2 * time.Minute // without anything being stored
	firstPause = time.Second
	longPause  = 16 * time.Second
	// margin is for the way of a request: what is sent when a window ends may come
	// before its end.
	margin = 100 * time.Millisecond
)

// scope is what all writers of one limit share.
type scope struct {
	name    string
	permits chan struct{}
	bucket  *rate.Limiter
	window  time.Duration // in which burst new values are allowed; 0 for no limit

	mu       sync.Mutex
	stored   []time.Time // when the last burst new values were sent, a ring
	next     int         // the oldest of stored
	since    time.Time   // when the last pause was set
	until    time.Time   // when it ends: nothing is sent before
	refusals int         // in a row
	waited   time.Duration
	closed   bool // it wants more time than there is
}

func newScope(t pluginhost.Throttle, parallelism int) *scope {
	inFlight := t.InFlight
	if inFlight <= 0 {
		inFlight = parallelism
	}
	s := &scope{name: t.Scope, permits: make(chan struct{}, inFlight), bucket: rate.NewLimiter(rate.Inf, 0)}
	if t.PerSecond > 0 {
		burst := max(1, t.Burst)
		s.bucket = rate.NewLimiter(rate.Limit(t.PerSecond), burst)
		s.window = time.Duration(float64(burst) / t.PerSecond * float64(time.Second))
		s.stored = make([]time.Time, burst)
		// A store counts from when it sees the first request, which took longest on its
		// way: what it has refilled is always a little less than what we have.
		s.bucket.AllowN(time.Now(), burst/50)
	}
	return s
}

// wait takes from the bucket, if that is to be spent, and sits out a pause.
func (s *scope) wait(ctx context.Context, spend bool) error {
	if spend && !s.isClosed() {
		if err := s.bucket.Wait(ctx); err != nil {
			return err
		}
	}
	for {
		s.mu.Lock()
		left, closed := time.Until(s.until), s.closed
		s.mu.Unlock()
		if closed {
			return &laterError{s.name}
		}
		if left <= 0 {
			return ctx.Err()
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

func (s *scope) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// accepted notes that the store answered a request that was sent at a time, and
// whether it stored a new value.
func (s *scope) accepted(sent time.Time, stored bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sent.After(s.since) {
		s.refusals, s.waited = 0, 0
	}
	if stored && len(s.stored) > 0 {
		s.stored[s.next] = sent
		s.next = (s.next + 1) % len(s.stored)
	}
}

// refused keeps everybody from sending for a while: until the time that the store
// asked for, or as long as its limit explains. Requests that were under way when the
// pause was set say nothing new; only the first one does.
func (s *scope) refused(sent, until time.Time) (pause time.Duration, first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !sent.After(s.since) && !until.After(s.until) {
		return 0, false, nil
	}
	if until.IsZero() {
		until = s.guess(now)
	}
	if pause = until.Sub(now); pause <= 0 {
		pause = firstPause
	}
	if s.waited+pause > maxWait {
		s.closed = true
		return 0, false, &laterError{s.name}
	}
	s.waited += pause
	s.refusals++
	s.since, s.until = now, now.Add(pause)
	s.bucket.AllowN(now, int(max(0, s.bucket.TokensAt(now)))) // there was less than we thought
	return pause, true, nil
}

// guess is when a store that does not say so may take new values again. A store that
// refills all the time does so in a moment. One that refuses again after it took a
// whole burst within the window counts in windows, and will when the first of them
// has left it. Else somebody else is writing too, and a pause that doubles finds out.
func (s *scope) guess(now time.Time) time.Time {
	if len(s.stored) > 0 && s.refusals == 1 {
		if oldest := s.stored[s.next]; !oldest.IsZero() && now.Before(oldest.Add(s.window)) {
			return oldest.Add(s.window + margin)
		}
	}
	return now.Add(min(firstPause<<min(s.refusals, 10), longPause))
}
