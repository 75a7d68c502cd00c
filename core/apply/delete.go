package apply

import (
	"context"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
)

// deleteAll deletes what a secret holds, target by target.
func (r *run) deleteAll(ctx context.Context, c plan.Change) {
	for _, s := range c.Steps {
		if s.Action != plan.Delete || ctx.Err() != nil {
			continue
		}
		r.report(Event{c.Secret.Name, s.Target.Address, s.Action, r.delete(context.WithoutCancel(ctx), c, s)})
	}
}

// delete deletes what is at one target, if it still carries the mark that the plan
// saw, and forgets it.
func (r *run) delete(ctx context.Context, c plan.Change, s plan.Step) *plan.Problem {
	if !s.Before.Absent {
		mode := pluginhost.RetireDelete
		if r.Purge {
			mode = pluginhost.RetirePurge
		}
		result, err := r.limits.do(ctx, r.Session.Throttle(s.Target.Address), r.Parallelism, func() (pluginhost.WriteResult, error) {
			return r.writer(s.Target.Provider).Retire(ctx, pluginhost.RetireItem{Target: ref(c.Secret, s.Target), Mode: mode, Mark: pluginhost.Mark(s.Mark)})
		})
		if result.Outcome != pluginhost.Applied && result.Outcome != pluginhost.Unchanged {
			return r.unsettled(s, result, err)
		}
		r.notice(s.Target.Address, result.Diagnostics)
	}
	r.Lock.Change(func(l *record.Lock) { forget(l, c.Secret.Name, s.Target.Address.String()) })
	if err := r.Lock.Save(); err != nil {
		return &plan.Problem{Code: "not-recorded", Summary: err.Error()}
	}
	return nil
}

// forget takes a target out of a lock, and its secret with the last.
func forget(l *record.Lock, name, address string) {
	delete(l.Targets, address)
	for _, t := range l.Targets {
		if t.Secret == name {
			return
		}
	}
	delete(l.Secrets, name)
}
