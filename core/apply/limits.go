package apply

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/pluginhost"
)

// limits are the buckets of all throttle scopes. One scope has one bucket, however
// many processes and aliases lead to it.
type limits struct {
	parallelism int
	// throttled is told of a pause that a store wants. Optional.
	throttled func(scope string, pause time.Duration)

	mu     sync.Mutex
	scopes map[limit]*scope
}

func newLimits(parallelism int, throttled func(string, time.Duration)) *limits {
	return &limits{parallelism: parallelism, throttled: throttled, scopes: map[limit]*scope{}}
}

// limit names a scope: that of a plugin, for none may slow down what another writes by
// claiming its scope.
type limit struct{ plugin, scope string }

func (l *limits) scope(t observe.Throttle) *scope {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := limit{t.Plugin, t.Scope}
	if s, ok := l.scopes[name]; ok && t.Scope != "" {
		return s
	}
	s := newScope(t.Throttle, l.parallelism)
	l.scopes[name] = s
	return s
}

// change is one request that changes a store.
type change func() (pluginhost.WriteResult, error)

// write makes a new value when its scope has room for one.
func (l *limits) write(ctx context.Context, t observe.Throttle, write change) (pluginhost.WriteResult, error) {
	return l.do(ctx, l.scope(t), true, write)
}

// amend changes what is around a value, or removes one. It takes the turns of the
// scope and its pauses, and nothing from its bucket, which is for new values.
func (l *limits) amend(ctx context.Context, t observe.Throttle, amend change) (pluginhost.WriteResult, error) {
	return l.do(ctx, l.scope(t), false, amend)
}

// do runs a change when it is its turn, and again when the store asked for time
// before it stored anything.
func (l *limits) do(ctx context.Context, s *scope, spend bool, run change) (pluginhost.WriteResult, error) {
	select {
	case s.permits <- struct{}{}:
	case <-ctx.Done():
		return pluginhost.WriteResult{Outcome: pluginhost.NotApplied}, ctx.Err()
	}
	defer func() { <-s.permits }()
	for {
		if err := s.wait(ctx, spend); err != nil {
			return pluginhost.WriteResult{Outcome: pluginhost.NotApplied}, err
		}
		sent := time.Now()
		result, err := run()
		if err != nil {
			return result, err
		}
		if !refusedForNow(result) {
			s.accepted(sent, spend && result.Outcome == pluginhost.Applied)
			return result, nil
		}
		pause, first, err := s.refused(sent, result.RetryAt)
		if err != nil {
			return result, err
		}
		if first && l.throttled != nil {
			l.throttled(s.name, pause)
		}
	}
}

// refusedForNow reports that a store did nothing and wants to be asked later.
func refusedForNow(r pluginhost.WriteResult) bool {
	return r.Outcome == pluginhost.NotApplied && (!r.RetryAt.IsZero() || slices.ContainsFunc(r.Diagnostics, func(d pluginhost.PluginDiagnostic) bool {
		return !d.Warning && d.Class == pluginhost.Throttled
	}))
}

// laterError is a store that wants more time than anybody should wait for.
type laterError struct{ scope string }

// Error says which store, and what to do.
func (e *laterError) Error() string {
	return fmt.Sprintf("%s takes nothing more for now, and wants to be asked later than anybody should wait", e.scope)
}
