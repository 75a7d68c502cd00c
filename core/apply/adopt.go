package apply

import (
	"context"
	"fmt"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/secret"
)

// adopt makes what is at a target the value: our mark is put beside it, or where a
// target carries none, what is there is written over itself.
func (r *run) adopt(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation) *plan.Problem {
	if r.Verify == nil && s.Target.Can.Update {
		return r.accept(ctx, c, s, operation)
	}
	value, problem := r.readFrom(ctx, c.Secret, s.Target, s.Before.Receipt, pluginhost.ReadForAdopt)
	if problem != nil {
		return problem
	}
	defer value.Destroy()
	if r.Verify != nil {
		if err := r.Verify(c.Secret.Name, value); err != nil {
			return &plan.Problem{Class: plan.ConflictProblem, Code: "another-value", Summary: fmt.Sprintf("%s is not adopted: %v", s.Target.Address, err)}
		}
	}
	if s.Target.Can.Update {
		return r.accept(ctx, c, s, operation)
	}
	return r.write(ctx, c, s, operation, value)
}

// copy brings the value to a target. One that holds it already, under whatever mark,
// is marked and gets no new version.
func (r *run) copy(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation, payload secret.Payload) *plan.Problem {
	if s.Before.Absent || s.Before.Deleted || s.Target.Field != "" {
		return r.write(ctx, c, s, operation, payload)
	}
	same := s.Target.Can.Challenge && r.Session.Holds(ctx, c.Secret, s.Target, s.Before.Receipt, payload)
	switch {
	case same && s.Target.Can.Update:
		return r.accept(ctx, c, s, operation)
	case !same && s.Equal:
		return &plan.Problem{
			Class: plan.ConflictProblem, Code: "another-value", Summary: fmt.Sprintf("%s holds another value than %s, or cannot be compared; it is left as it is", s.Target.Address, c.Source.Address),
			Hint: fmt.Sprintf("--adopt %s@%s overwrites it", c.Secret.Name, s.Target.Address),
		}
	}
	return r.write(ctx, c, s, operation, payload)
}
