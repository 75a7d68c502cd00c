package apply

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/secret"
)

// values are the payloads of a secret's parts, by field.
type values map[string]secret.Payload

// maxAlive is how many values may be alive at once: those of two batches, since one is
// made while the last of the one before are written.
const maxAlive = pluginhost.MaxBatch

// batches works through changes in their order. While the last of a batch are written,
// the next is made, unless something in it is built of what this apply makes.
func (r *run) batches(ctx context.Context, todo []plan.Change) {
	permits := make(chan struct{}, r.Parallelism)
	before := &sync.WaitGroup{}
	for len(todo) > 0 && ctx.Err() == nil {
		n := batchSize(todo)
		if slices.ContainsFunc(todo[:n], awaits) {
			before.Wait()
		}
		batch := &sync.WaitGroup{}
		r.batch(ctx, todo[:n], permits, batch)
		before.Wait()
		before, todo = batch, todo[n:]
	}
	before.Wait()
}

// awaits reports a change that is built of a value which the same apply makes.
func awaits(c plan.Change) bool {
	return slices.ContainsFunc(c.Inputs, func(i plan.Input) bool { return i.Made })
}

// batchSize is how many of the changes may be worked on together: no more than may be
// alive beside another batch, and none that is built of another among them.
func batchSize(todo []plan.Change) int {
	parts := 0
	among := map[string]bool{}
	for i, c := range todo {
		parts += len(c.Secret.Parts)
		if parts > maxAlive/2 && i > 0 {
			return i
		}
		for _, input := range c.Inputs {
			if input.Made && among[input.Secret] {
				return i
			}
		}
		among[c.Secret.Name] = true
	}
	return len(todo)
}

// batch generates what the changes need, and gives each secret to a worker, of whom as
// many are at work as there are permits. What is about to be made is on record before.
// Who waits for group waits for all of them.
func (r *run) batch(ctx context.Context, changes []plan.Change, permits chan struct{}, group *sync.WaitGroup) {
	operations, err := r.intend(changes)
	if err != nil {
		for _, c := range changes {
			r.failAll(c, &plan.Problem{Code: "not-recordable", Summary: "not begun, because it could not be recorded: " + err.Error(), Hint: "apply again when there is space and it can be written"})
		}
		return
	}
	made, problems := r.generate(ctx, changes)
	r.generated(changes, operations, made, problems)
	for i, c := range changes {
		permits <- struct{}{}
		group.Go(func() {
			defer func() { <-permits }()
			defer r.held.done(c)
			if problems[i] != nil {
				r.failAll(c, problems[i])
				return
			}
			if ctx.Err() == nil {
				r.change(ctx, c, operations[i], made[i])
			}
			for _, p := range made[i] {
				p.Destroy()
			}
		})
	}
}

// origin says which change and part a generated value is for.
type origin struct {
	change int
	field  string
}

// generate makes the values of all changes that need new ones, with one call for
// each plugin.
func (r *run) generate(ctx context.Context, changes []plan.Change) ([]values, []*plan.Problem) {
	made, problems := make([]values, len(changes)), make([]*plan.Problem, len(changes))
	items := map[*pluginhost.Instance][]pluginhost.GeneratorItem{}
	origins := map[*pluginhost.Instance][]origin{}
	for i, c := range changes {
		made[i] = values{}
		if !c.MakesValue() || c.Source != nil {
			continue
		}
		for _, p := range c.Secret.Parts {
			if p.Generated() {
				instance := r.Session.Generator(p.Kind)
				items[instance] = append(items[instance], observe.Item(p))
				origins[instance] = append(origins[instance], origin{i, p.Field})
			}
		}
	}
	for instance, list := range items {
		results, err := r.generateAll(ctx, instance, list)
		for n, o := range origins[instance] {
			switch {
			case err != nil:
				problems[o.change] = failure(err)
			case pluginhost.Failed(results[n].Diagnostics):
				problems[o.change] = observe.Problem(results[n].Diagnostics)
			default:
				made[o.change][o.field] = results[n].Payload
			}
		}
	}
	return made, problems
}

// generateAll keeps to the size of one call.
func (r *run) generateAll(ctx context.Context, instance *pluginhost.Instance, items []pluginhost.GeneratorItem) ([]pluginhost.Generated, error) {
	var all []pluginhost.Generated
	for len(items) > 0 {
		n := min(len(items), pluginhost.MaxBatch)
		some, err := r.writers[instance].Generate(ctx, items[:n])
		if err != nil {
			return nil, err
		}
		all, items = append(all, some...), items[n:]
	}
	return all, nil
}

// failAll reports every step of a change as not done, for one reason.
func (r *run) failAll(c plan.Change, problem *plan.Problem) { r.failSteps(c, c.Steps, problem) }

func (r *run) failSteps(c plan.Change, steps []plan.Step, problem *plan.Problem) {
	for _, s := range steps {
		if s.Action.Changes() {
			r.report(Event{c.Secret.Name, s.Target.Address, s.Action, problem})
		}
	}
}

func failure(err error) *plan.Problem {
	if later, ok := errors.AsType[*laterError](err); ok {
		return &plan.Problem{Class: plan.ProviderProblem, Code: "throttled", Summary: later.Error(), Hint: "apply again in some minutes"}
	}
	return &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()}
}
