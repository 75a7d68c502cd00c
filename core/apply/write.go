package apply

import (
	"context"
	"fmt"
	"time"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
	"github.com/secretzero/sz/sdk/secret"
)

// observationLife is how long an empty place is taken to be empty still: a person
// may have thought over the plan for an hour.
const observationLife = 30 * time.Second

// write stores a value at one target and records it before it returns.
func (r *run) write(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation, payload secret.Payload) *plan.Problem {
	if s.Target.Field != "" && payload.Type() == secret.Object {
		part, ok := payload.Field(s.Target.Field)
		if !ok {
			return &plan.Problem{Code: "no-field", Summary: "the value has no field " + s.Target.Field}
		}
		payload = part
	}
	item := pluginhost.WriteItem{
		Target: ref(c.Secret, s.Target), Mark: r.mark(c, s, operation), Payload: payload,
		Expect: pluginhost.Expectation{
			Absent: s.Before.Absent, Deleted: s.Before.Deleted, Receipt: pluginhost.Receipt(s.Before.Receipt), Recheck: r.Now().Sub(r.Observed) > observationLife,
		},
	}
	result, err := r.limits.write(ctx, r.Session.Throttle(s.Target.Address), func() (pluginhost.WriteResult, error) {
		return r.writer(s.Target.Provider).Write(ctx, item)
	})
	return r.settle(c, s, operation, result, err)
}

// mark is what the store remembers of the write.
func (r *run) mark(c plan.Change, s plan.Step, operation plan.Operation) pluginhost.Mark {
	owner := r.owner
	owner.Secret = c.Secret.Name
	mark := pluginhost.Mark{Owner: owner.String(), Operation: operation.String(), Previous: s.Previous.String(), Definition: c.Secret.Definition, Origin: s.Mark.Origin}
	if adopts(s) {
		mark.Origin = plan.Adopted
	}
	return mark
}

// adopts reports a step that takes over what was there before us.
func adopts(s plan.Step) bool { return s.Action == plan.Adopt || s.Action == plan.Copy && s.Foreign }

// settle records what a change came to, and says why it did not come to be.
func (r *run) settle(c plan.Change, s plan.Step, operation plan.Operation, result pluginhost.WriteResult, err error) *plan.Problem {
	switch {
	case err != nil:
		return failure(err)
	case result.Outcome == pluginhost.Applied, result.Outcome == pluginhost.Unchanged:
		r.notice(s.Target.Address, result.Diagnostics)
		if err := r.record(c, s, operation, result.Receipt); err != nil {
			return &plan.Problem{Code: "not-recorded", Summary: "stored, but not recorded: " + err.Error(), Hint: "apply again when the lock file can be written"}
		}
		return nil
	}
	return r.unsettled(s, result, err)
}

// unsettled says why a change did not come to be.
func (r *run) unsettled(s plan.Step, result pluginhost.WriteResult, err error) *plan.Problem {
	if err != nil {
		return failure(err)
	}
	problem := observe.Problem(result.Diagnostics)
	if problem == nil {
		problem = &plan.Problem{Class: plan.ProviderProblem, Code: "not-done", Summary: fmt.Sprintf("%s did not do it and gave no reason", s.Target.Address)}
	}
	if result.Outcome != pluginhost.NotApplied {
		problem.Detail = "it is not known whether it was done; the next apply finds out\n" + problem.Detail
	}
	return problem
}

// record writes down that a target holds the value of an operation.
func (r *run) record(c plan.Change, s plan.Step, operation plan.Operation, receipt pluginhost.Receipt) error {
	r.note(c, s, operation, plan.Receipt(receipt))
	return r.Lock.Save()
}

// note changes the lock in memory.
func (r *run) note(c plan.Change, s plan.Step, operation plan.Operation, receipt plan.Receipt) {
	address := s.Target.Address.String()
	r.Lock.Change(func(l *record.Lock) {
		before := l.Targets[address]
		l.PutSecret(r.entry(l, c, operation, before.Secret))
		target := record.Target{
			Address: address, Kind: s.Target.Address.Kind, Secret: c.Secret.Name, Operation: operation.String(),
			Revision: receipt.Revision, Version: receipt.Version, Written: r.now(), Data: receipt.Data, Origin: before.Origin,
			Retiring: r.retiring(c, s, before, receipt),
		}
		if adopts(s) {
			target.Origin = plan.Adopted
		}
		l.PutTarget(target)
		if before.Secret != "" && before.Secret != c.Secret.Name {
			forgetUnused(l, before.Secret)
		}
	})
}

// entry is the line of a secret. What is not known of a value that was written
// before is taken to be as it is now; former is the name under which it may have been
// recorded.
func (r *run) entry(l *record.Lock, c plan.Change, operation plan.Operation, former string) record.Secret {
	entry := record.Secret{
		Name: c.Secret.Name, Operation: operation.String(), N: operation.N,
		Created: operation.Time, Rotated: operation.Time, Definition: c.Secret.Definition,
		PreventDestroy: c.Secret.PreventDestroy, Inputs: r.inputOperations(c), Text: c.Text,
	}
	if since, ok := r.Since[c.Secret.Name]; ok && !c.MakesValue() {
		entry.Created, entry.Rotated = since, since
	}
	old, known := l.Secrets[c.Secret.Name]
	if !known {
		old, known = l.Secrets[former]
	}
	if known {
		entry.Created = old.Created
		if c.Number == 0 {
			entry.Inputs, entry.Text = old.Inputs, old.Text
		}
		if old.Operation == entry.Operation {
			entry.Rotated = old.Rotated
		}
	}
	return entry
}

func (r *run) now() time.Time { return r.Now().UTC().Truncate(time.Second) }
