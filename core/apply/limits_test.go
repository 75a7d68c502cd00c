package apply

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/pluginhost"
)

// aVault is the throttle of a vault: 300 new values in 10 seconds.
var aVault = observe.Throttle{Plugin: "azure-keyvault", Throttle: pluginhost.Throttle{Scope: "kv.vault.azure.net", Burst: 300, PerSecond: 30, InFlight: 8}}

// store is a service with a limit of its own, which it reads in one of two ways. It
// answers after 30 ms and does not say when to come back.
type store struct {
	refill bool // as a bucket; else in windows
	burst  int
	per    time.Duration

	mu      sync.Mutex
	left    float64
	since   time.Time
	stored  int
	refused int
}

func (s *store) write() (pluginhost.WriteResult, error) {
	time.Sleep(30 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	elapsed := now.Sub(s.since)
	switch {
	case s.since.IsZero() || !s.refill && elapsed >= s.per:
		s.left, s.since = float64(s.burst), now
	case s.refill:
		s.left, s.since = min(float64(s.burst), s.left+elapsed.Seconds()*float64(s.burst)/s.per.Seconds()), now
	}
	if s.left < 1 {
		s.refused++
		return throttled(time.Time{}), nil
	}
	s.left--
	s.stored++
	return pluginhost.WriteResult{Outcome: pluginhost.Applied}, nil
}

func throttled(retryAt time.Time) pluginhost.WriteResult {
	return pluginhost.WriteResult{Outcome: pluginhost.NotApplied, RetryAt: retryAt, Diagnostics: []pluginhost.PluginDiagnostic{{Class: pluginhost.Throttled, Code: "throttled"}}}
}

// writeAll stores n values with 16 workers, as an apply does, and counts failures.
func writeAll(l *limits, n int, write change) (failed int) {
	var group sync.WaitGroup
	var mu sync.Mutex
	work := make(chan int)
	for range 16 {
		group.Go(func() {
			for range work {
				if result, err := l.write(context.Background(), aVault, write); err != nil || result.Outcome != pluginhost.Applied {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
	return failed
}

// TestLimitIsUsedUp stores 1,000 values, in the time of a fake clock, under both
// readings of the limit: not one fails, and it takes as long as the limit itself.
func TestLimitIsUsedUp(t *testing.T) {
	for name, c := range map[string]struct {
		refill bool
		floor  time.Duration // for 1,000
	}{
		"bucket": {true, 700 * time.Second / 30}, "window": {false, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &store{refill: c.refill, burst: 300, per: 10 * time.Second}
				pauses := 0
				begin := time.Now()
				failed := writeAll(newLimits(16, func(string, time.Duration) { pauses++ }), 1000, s.write)
				took := time.Since(begin)
				if failed != 0 || s.stored != 1000 {
					t.Errorf("%d failed, %d stored", failed, s.stored)
				}
				if took > c.floor*11/10 {
					t.Errorf("took %s, want at most 1.1 times %s", took, c.floor)
				}
				if pauses > 2*3 || s.refused > 2*3*aVault.InFlight {
					t.Errorf("%d pauses, %d requests were refused", pauses, s.refused)
				}
				t.Logf("%s, %.2f times the limit's own floor; %d refused", took, took.Seconds()/c.floor.Seconds(), s.refused)
			})
		})
	}
}

// TestSharedLimit has a store that takes far less than its limit says, since others
// write there too: it takes its time, and nothing fails.
func TestSharedLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{burst: 30, per: 10 * time.Second}
		if failed := writeAll(newLimits(16, nil), 300, s.write); failed != 0 || s.stored != 300 {
			t.Errorf("%d failed, %d stored", failed, s.stored)
		}
	})
}

// TestRetryAtIsHonoured sends nothing before the time that a store asks for, and says
// so once, however many requests were under way.
func TestRetryAtIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := time.Now().Add(7 * time.Second)
		var told []time.Duration
		l := newLimits(16, func(scope string, pause time.Duration) {
			if scope != aVault.Scope {
				t.Errorf("scope %q", scope)
			}
			told = append(told, pause)
		})
		failed := writeAll(l, 20, func() (pluginhost.WriteResult, error) {
			sent := time.Now()
			time.Sleep(30 * time.Millisecond)
			if sent.Before(asked) {
				if sent.Sub(asked) > -6*time.Second {
					t.Errorf("sent %s too early", asked.Sub(sent))
				}
				return throttled(asked), nil
			}
			return pluginhost.WriteResult{Outcome: pluginhost.Applied}, nil
		})
		if failed != 0 || len(told) != 1 || told[0].Round(time.Second) != 7*time.Second {
			t.Errorf("%d failed; told of %v", failed, told)
		}
	})
}

// TestStoreThatWantsTooMuchTime gives up after two minutes in which nothing was
// stored, for all its secrets at once.
func TestStoreThatWantsTooMuchTime(t *testing.T) {
	for name, retryAt := range map[string]time.Duration{"for ever": 0, "an hour": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, sent := time.Now(), 0
				l := newLimits(16, nil)
				var mu sync.Mutex
				write := func() (pluginhost.WriteResult, error) {
					mu.Lock()
					sent++
					mu.Unlock()
					time.Sleep(30 * time.Millisecond)
					if retryAt > 0 {
						return throttled(time.Now().Add(retryAt)), nil
					}
					return throttled(time.Time{}), nil
				}
				if failed := writeAll(l, 500, write); failed != 500 {
					t.Errorf("%d failed", failed)
				}
				if took := time.Since(begin); took > maxWait+time.Minute {
					t.Errorf("gave up after %s", took)
				}
				if sent > 200 {
					t.Errorf("%d requests to a store that refuses all", sent)
				}
				_, err := l.write(context.Background(), aVault, write)
				if later, ok := errors.AsType[*laterError](err); !ok || later.scope != aVault.Scope {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// TestAmendingSpendsNothing changes metadata faster than new values may be made.
func TestAmendingSpendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, begin := newLimits(16, nil), time.Now()
		for range 1000 {
			if _, err := l.amend(context.Background(), aVault, func() (pluginhost.WriteResult, error) {
				return pluginhost.WriteResult{Outcome: pluginhost.Applied}, nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %s", took)
		}
	})
}

// TestInterruptedWait ends with its context.
func TestInterruptedWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		begin := time.Now()
		result, err := newLimits(16, nil).write(ctx, aVault, func() (pluginhost.WriteResult, error) {
			return throttled(time.Now().Add(time.Minute)), nil
		})
		if !errors.Is(err, context.DeadlineExceeded) || result.Outcome != pluginhost.NotApplied || time.Since(begin) != time.Second {
			t.Errorf("%v, %v after %s", result.Outcome, err, time.Since(begin))
		}
	})
}

// TestNoPluginSlowsAnother has a stranger claim the scope of a vault, with a limit of its
// own.
func TestNoPluginSlowsAnother(t *testing.T) {
	l, stranger := newLimits(16, nil), aVault
	stranger.Plugin, stranger.Burst, stranger.PerSecond = "stranger", 1, 0.02
	theirs := l.scope(stranger)
	ours := l.scope(aVault)
	if ours == theirs || ours.bucket.Burst() != aVault.Burst {
		t.Errorf("a stranger's limit holds for the vault: %d at once", ours.bucket.Burst())
	}
	if again := l.scope(aVault); again != ours {
		t.Error("two aliases of one plugin share no limit")
	}
}
