package emulator

import (
	"fmt"
	"sync"
	"time"
)

// Limit is how the service's limit on new versions is read: 300 in 10 seconds for
// each vault (learn.microsoft.com/azure/key-vault/general/service-limits). Which of
// the two readings is the service's own is not published.
type Limit string

// The limits.
const (
	Unlimited   Limit = ""
	LimitBucket Limit = "bucket" // 300 at once, 30 more each second
	LimitWindow Limit = "window" // 300 in each window of 10 seconds
	limitWrites       = 300
	limitWindow       = 10 * time.Second
)

func (l Limit) check() error {
	switch l {
	case Unlimited, LimitBucket, LimitWindow:
		return nil
	}
	return fmt.Errorf("limit %q: not one of bucket and window", string(l))
}

// limiter counts the new versions of each vault. What it refuses does not count.
type limiter struct {
	kind   Limit
	writes float64
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	vaults map[string]*allowance
}

// allowance is what a vault has left since a time.
type allowance struct {
	left  float64
	since time.Time
}

func newLimiter(o Options) *limiter {
	return &limiter{kind: o.Limit, writes: float64(o.LimitWrites), window: o.LimitWindow, now: o.Now, vaults: map[string]*allowance{}}
}

func (l *limiter) allow(vault string) bool {
	if l.kind == Unlimited {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	a := l.vaults[vault]
	if a == nil {
		a = &allowance{l.writes, now}
		l.vaults[vault] = a
	}
	elapsed := now.Sub(a.since)
	switch {
	case l.kind == LimitBucket:
		a.left, a.since = min(l.writes, a.left+elapsed.Seconds()*l.writes/l.window.Seconds()), now
	case elapsed >= l.window:
		a.left, a.since = l.writes, now
	}
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}
