package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/secret"
)

// change brings one secret to all its targets. Calls that are under way when ctx
// ends are finished: a write whose answer nobody hears is worse than a short wait.
func (r *run) change(ctx context.Context, c plan.Change, operation plan.Operation, made values) {
	calls := context.WithoutCancel(ctx)
	if c.Recheck && r.unchangedAfterAll(calls, &c) {
		r.remarkAll(calls, c)
		return
	}
	if slices.ContainsFunc(c.Steps, removes) {
		r.removeAll(ctx, c)
		return
	}
	var payload secret.Payload
	steps, assembled, whole := originFirst(c.Steps), false, true
	for i, s := range steps {
		if ctx.Err() != nil && i > 0 && writes(s) {
			return // what is written is recorded; the next apply copies the rest
		}
		if writes(s) && !assembled {
			// Not before: what an earlier step brings back may be where it is read.
			var problem *plan.Problem
			if payload, problem = r.assemble(calls, c, made); problem != nil {
				r.failSteps(c, steps[i:], problem)
				return
			}
			assembled = true
		}
		problem := r.step(calls, c, s, operation, payload)
		if problem == nil && c.Number > 0 && writes(s) {
			r.held.keep(c.Secret.Name, operation, payload)
		}
		if problem == nil && writes(s) {
			r.confirm.add(ctx, written{c.Secret.Name, s.Target, operation})
		}
		r.report(Event{c.Secret.Name, s.Target.Address, s.Action, problem})
		whole = whole && problem == nil
		if problem != nil && i == 0 && c.Number > 0 {
			// Nothing may get a value that its origin does not hold.
			r.failSteps(c, steps[1:], &plan.Problem{Class: problem.Class, Code: "origin-failed", Summary: fmt.Sprintf("not written, because %s did not take the value", s.Target.Address)})
			return
		}
	}
	if c.Number > 0 && whole {
		_ = r.Lock.Done(c.Secret.Name, operation.String()) // told with the next step; nothing depends on it
	}
	if c.Revoke {
		r.revoke(calls, c)
	}
}

// step carries out one step that is no deletion.
func (r *run) step(ctx context.Context, c plan.Change, s plan.Step, operation plan.Operation, payload secret.Payload) *plan.Problem {
	switch s.Action {
	case plan.Remark:
		return r.remark(ctx, c, s)
	case plan.Recover:
		return r.bringBack(ctx, c, s)
	case plan.Accept:
		return r.accept(ctx, c, s, operation)
	case plan.Adopt:
		return r.adopt(ctx, c, s, operation)
	case plan.Retire:
		return r.retire(ctx, c, s, s.Retired)
	case plan.Copy:
		return r.copy(ctx, c, s, operation, payload)
	}
	return r.write(ctx, c, s, operation, payload)
}

// writes reports a step that takes the value.
func writes(s plan.Step) bool {
	return s.Action == plan.Create || s.Action == plan.Replace || s.Action == plan.Copy
}

// originFirst orders the changing steps so that the first is the target from
// which the value can be had again: one that carries our mark and can be read.
func originFirst(steps []plan.Step) []plan.Step {
	var list []plan.Step
	for _, s := range steps {
		if s.Action.Changes() {
			list = append(list, s)
		}
	}
	rank := func(s plan.Step) int {
		switch {
		case s.Action == plan.Recover || s.Action == plan.Adopt:
			return -1 // the value may be read there
		case s.Target.Field == "" && s.Target.Can.Marks && s.Target.Can.Read:
			return 0
		case s.Target.Field == "" && s.Target.Can.Read:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b plan.Step) int { return rank(a) - rank(b) })
	return list
}

// assemble puts a secret's value together: stated parts, generated parts, and
// what is kept of the value at the source.
func (r *run) assemble(ctx context.Context, c plan.Change, made values) (secret.Payload, *plan.Problem) {
	kept := secret.Payload{}
	if c.Source != nil {
		var problem *plan.Problem
		if kept, problem = r.read(ctx, c); problem != nil {
			return kept, problem
		}
		if !c.MakesValue() {
			return kept, nil // a copy
		}
	}
	inputs, problem := r.inputs(ctx, c)
	if problem != nil {
		return kept, problem
	}
	if !c.Secret.Structured {
		if p := c.Secret.Parts[0]; p.Pieces != nil {
			return compose(c, p, inputs)
		}
		return r.part(ctx, c.Secret.Parts[0], kept, made)
	}
	fields := make([]secret.Field, len(c.Secret.Parts))
	for i, p := range c.Secret.Parts {
		if p.Pieces != nil {
			continue
		}
		value, problem := r.part(ctx, p, kept, made)
		if problem != nil {
			return kept, problem
		}
		fields[i] = secret.Field{Name: p.Field, Value: value}
	}
	if problem := composeFields(c, fields, inputs); problem != nil {
		return kept, problem
	}
	return secret.NewObject(fields), nil
}

func (r *run) part(ctx context.Context, p plan.Part, kept secret.Payload, made values) (secret.Payload, *plan.Problem) {
	if p.Stated != nil {
		return *p.Stated, nil
	}
	if value, ok := made[p.Field]; ok {
		return value, nil
	}
	if value, ok := kept.Field(p.Field); ok {
		return value, nil
	}
	if !p.Generated() {
		return kept, &plan.Problem{Class: plan.ConfigProblem, Code: "no-value", Summary: "no value is stated for field " + p.Field}
	}
	results, err := r.generateAll(ctx, r.Session.Generator(p.Kind), []pluginhost.GeneratorItem{observe.Item(p)})
	if err != nil {
		return kept, failure(err)
	}
	if problem := observe.Problem(results[0].Diagnostics); problem != nil {
		return kept, problem
	}
	return results[0].Payload, nil
}

// read gets the value of the source, whole.
func (r *run) read(ctx context.Context, c plan.Change) (secret.Payload, *plan.Problem) {
	reason := pluginhost.ReadForCopy
	if c.Number > 0 {
		reason = pluginhost.ReadForReplaceFields
	}
	return r.readFrom(ctx, c.Secret, *c.Source, c.SourceReceipt, reason)
}

func ref(s plan.Secret, t plan.Target) pluginhost.TargetRef {
	return pluginhost.TargetRef{Kind: t.Address.Kind, Address: t.Address.Place, Config: t.Config, Fields: s.FieldsAt(t), RotationPeriod: s.RotationPeriod}
}
