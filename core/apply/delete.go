package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
)

// removes reports a step after which a target is not ours any more.
func removes(s plan.Step) bool { return s.Action == plan.Delete || s.Action == plan.Release }

// removable are the removals after which nothing is lost: what a change that failed
// was to read from stays, and is reported as not removed.
func (r *run) removable(removals, stores []plan.Change) []plan.Change {
	failed := map[string]bool{}
	for _, e := range r.result.Events {
		failed[e.Secret] = failed[e.Secret] || e.Problem != nil
	}
	needed := map[plan.Address]string{}
	for _, c := range stores {
		if !failed[c.Secret.Name] {
			continue
		}
		for _, address := range c.Reads() {
			needed[address] = c.Secret.Name
		}
	}
	return slices.DeleteFunc(removals, func(c plan.Change) bool {
		for _, s := range c.Steps {
			if user, ok := needed[s.Target.Address]; ok {
				r.failAll(c, &plan.Problem{Code: "still-needed", Summary: fmt.Sprintf("not removed, because %s could not be stored, which is read from here", user)})
				return true
			}
		}
		return false
	})
}

// removeAll deletes what a secret holds, target by target.
func (r *run) removeAll(ctx context.Context, c plan.Change) {
	for _, s := range c.Steps {
		if removes(s) && ctx.Err() == nil {
			r.report(Event{c.Secret.Name, s.Target.Address, s.Action, r.remove(context.WithoutCancel(ctx), c, s)})
		}
	}
}

// remove deletes what is at one target, or takes our mark from it, if it still
// carries the mark that the plan saw, and forgets it.
func (r *run) remove(ctx context.Context, c plan.Change, s plan.Step) *plan.Problem {
	if !s.Before.Absent {
		mode := pluginhost.RetireDelete
		switch {
		case s.Action == plan.Release:
			mode = pluginhost.RetireUnmark
		case r.Purge:
			mode = pluginhost.RetirePurge
		}
		item := pluginhost.RetireItem{Target: ref(c.Secret, s.Target), Mode: mode, Mark: pluginhost.Mark(s.Mark)}
		if problem := r.retireItem(ctx, s, item); problem != nil {
			return problem
		}
	}
	r.Lock.Change(func(l *record.Lock) { forget(l, c.Secret.Name, s.Target.Address.String()) })
	return r.save()
}

func (r *run) retireItem(ctx context.Context, s plan.Step, item pluginhost.RetireItem) *plan.Problem {
	result, err := r.limits.amend(ctx, r.Session.Throttle(s.Target.Address), func() (pluginhost.WriteResult, error) {
		return r.writer(s.Target.Provider).Retire(ctx, item)
	})
	if result.Outcome != pluginhost.Applied && result.Outcome != pluginhost.Unchanged {
		return r.unsettled(s, result, err)
	}
	r.notice(s.Target.Address, result.Diagnostics)
	return nil
}

func (r *run) save() *plan.Problem {
	if err := r.Lock.Save(); err != nil {
		return &plan.Problem{Code: "not-recorded", Summary: "done, but not recorded: " + err.Error(), Hint: "apply again when the lock file can be written"}
	}
	return nil
}

// forget takes a target out of a lock, and its secret with the last.
func forget(l *record.Lock, name, address string) {
	l.DropTarget(address)
	forgetUnused(l, name)
}

func forgetUnused(l *record.Lock, name string) {
	for _, t := range l.Targets {
		if t.Secret == name {
			return
		}
	}
	l.DropSecret(name)
}
