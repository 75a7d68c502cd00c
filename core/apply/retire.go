package apply

import (
	"context"
	"slices"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
)

// retire disables versions that were replaced, each if it still carries our mark of
// its operation, and forgets them.
func (r *run) retire(ctx context.Context, c plan.Change, s plan.Step, list []plan.Retirement) *plan.Problem {
	for _, old := range list {
		mark := r.mark(c, s, old.Operation)
		item := pluginhost.RetireItem{
			Target: ref(c.Secret, s.Target), Revision: old.Revision, Mode: pluginhost.RetireDisable,
			Mark: pluginhost.Mark{Owner: mark.Owner, Operation: mark.Operation},
		}
		if problem := r.retireItem(ctx, s, item); problem != nil {
			return problem
		}
		r.Lock.Change(func(l *record.Lock) {
			t := l.Targets[s.Target.Address.String()]
			t.Retiring = slices.DeleteFunc(slices.Clone(t.Retiring), func(e record.Retirement) bool { return e.Revision == old.Revision })
			if len(t.Retiring) == 0 {
				t.Retiring = nil
			}
			l.PutTarget(t)
		})
	}
	return r.save()
}

// revoke retires at once what a change replaced, and what waited to be retired.
func (r *run) revoke(ctx context.Context, c plan.Change) {
	lock := r.Lock.Lock()
	for _, s := range c.Steps {
		var list []plan.Retirement
		for _, e := range lock.Targets[s.Target.Address.String()].Retiring {
			if operation, err := plan.ParseOperation(e.Operation); err == nil {
				list = append(list, plan.Retirement{Revision: e.Revision, Operation: operation, Due: e.Due})
			}
		}
		if len(list) > 0 && s.Action != plan.Retire {
			r.report(Event{c.Secret.Name, s.Target.Address, plan.Retire, r.retire(ctx, c, s, list)})
		}
	}
}

// retiring are the versions at a target that wait to be retired once a step is done:
// those that waited already, and the one that the step replaced.
func (r *run) retiring(c plan.Change, s plan.Step, old record.Target, receipt plan.Receipt) []record.Retirement {
	list := old.Retiring
	replaced := s.Before.Receipt.Revision
	if !writes(s) || s.Previous.IsZero() || replaced == "" || replaced == receipt.Revision || !s.Target.Can.Versions || !s.Target.Can.Retire {
		return list
	}
	if c.Secret.Overlap == 0 && !c.Revoke {
		return list
	}
	due := r.now()
	if !c.Revoke {
		due = due.Add(c.Secret.Overlap)
	}
	return append(slices.Clone(list), record.Retirement{Revision: replaced, Operation: s.Previous.String(), Due: due})
}
