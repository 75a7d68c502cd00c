package apply

import (
	"context"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// unchangedAfterAll compares the targets of a secret whose definition changed
// with what it states now. When all hold that already, nothing needs a new value.
func (r *run) unchangedAfterAll(ctx context.Context, c *plan.Change) bool {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Action != plan.Replace {
			return false // a target without the value needs it in any case
		}
		o := r.Session.Compare(ctx, c.Secret, s.Target, r.Recorded.Targets[s.Target.Address])
		if o.Presence != plan.Present || len(o.Stated) == 0 || o.Receipt.Revision != s.Before.Receipt.Revision {
			return false
		}
		for _, answer := range o.Stated {
			if answer != plan.Same {
				return false
			}
		}
	}
	return true
}

// remarkAll brings what is around the values up to date and leaves the values.
func (r *run) remarkAll(ctx context.Context, c plan.Change) {
	for _, s := range c.Steps {
		s.Action = plan.Remark
		r.report(Event{c.Secret.Name, s.Target.Address, s.Action, r.remark(ctx, c, s)})
	}
}

// remark changes what is around the value at one target, the value's own
// operation staying. A kind of target without metadata has nothing to change but
// our record.
func (r *run) remark(ctx context.Context, c plan.Change, s plan.Step) *plan.Problem {
	receipt := pluginhost.Receipt(s.Before.Receipt)
	operation := s.Previous
	if !s.Target.Can.Update {
		return r.settle(c, s, operation, pluginhost.WriteResult{Outcome: pluginhost.Unchanged, Receipt: receipt}, nil)
	}
	mark := r.mark(c, s, operation)
	mark.Previous = s.Mark.Previous
	return r.update(ctx, c, s, operation, pluginhost.UpdateItem{Target: ref(c.Secret, s.Target), Mark: mark, Expect: receipt})
}

// bringBack recovers a deleted value, with its metadata as they should be.
func (r *run) bringBack(ctx context.Context, c plan.Change, s plan.Step) *plan.Problem {
	mark := r.mark(c, s, s.Previous)
	mark.Previous = s.Mark.Previous
	return r.update(ctx, c, s, s.Previous, pluginhost.UpdateItem{Target: ref(c.Secret, s.Target), Mark: mark, Expect: pluginhost.Receipt(s.Before.Receipt), Recover: true})
}

// accept gives the value at one target an operation of its own.
func (r *run) accept(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation) *plan.Problem {
	return r.update(ctx, c, s, operation, pluginhost.UpdateItem{Target: ref(c.Secret, s.Target), Mark: r.mark(c, s, operation), Expect: pluginhost.Receipt(s.Before.Receipt)})
}

func (r *run) update(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation, item pluginhost.UpdateItem) *plan.Problem {
	result, err := r.limits.amend(ctx, r.Session.Throttle(s.Target.Address), func() (pluginhost.WriteResult, error) {
		return r.writer(s.Target.Provider).Update(ctx, item)
	})
	return r.settle(c, s, operation, result, err)
}
