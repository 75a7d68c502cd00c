package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
)

// Run carries the plan out. When ctx ends, no further secret is begun; writes
// under way are finished and recorded. The error is for what concerns the apply
// as a whole; what concerns a secret is in the result.
func Run(ctx context.Context, options Options) (Result, error) {
	r := &run{Options: options, writers: map[*pluginhost.Instance]*pluginhost.Writer{}}
	if r.Parallelism <= 0 {
		r.Parallelism = DefaultParallelism
	}
	r.limits = newLimits(r.Parallelism, r.throttled)
	if err := Remember(options); err != nil {
		return Result{}, err
	}
	if err := r.begin(ctx); err != nil {
		return Result{}, err
	}
	defer r.end()
	if r.Begun != nil {
		if err := r.Begun(); err != nil {
			return Result{}, err
		}
	}
	stores, removals := r.todo()
	r.held = newHeld(stores)
	defer r.held.destroy()
	r.confirm = newConfirmer(r)
	r.batches(ctx, stores)
	record := sync.OnceValue(r.Lock.Finish)
	var beside sync.WaitGroup
	if len(removals) == 0 {
		beside.Go(func() { _ = record() }) // all is done, and only looked at once more
	}
	r.confirm.finish(ctx)
	r.batches(ctx, r.removable(removals, stores))
	beside.Wait()
	r.result.Interrupted = ctx.Err() != nil
	r.result.Unrecorded = record()
	return r.result, nil
}

// todo are the changes that store something, and those that remove something: what is
// removed may be what another change reads.
func (r *run) todo() (stores, removals []plan.Change) {
	for _, c := range r.Plan.Changes {
		switch {
		case slices.ContainsFunc(c.Steps, removes):
			removals = append(removals, c)
		case c.HasChanges():
			stores = append(stores, c)
		}
	}
	return stores, removals
}

// run is one apply under way.
type run struct {
	Options
	owner   plan.Owner // without a secret
	limits  *limits
	writers map[*pluginhost.Instance]*pluginhost.Writer
	held    *held // values that others are built of
	confirm *confirmer

	mu     sync.Mutex
	result Result
}

// begin makes sure of the project's id on disk before any store carries it, and
// gets permission to change from every instance that will need it.
func (r *run) begin(ctx context.Context) error {
	id := r.Plan.ProjectID
	if id == "" {
		id = record.NewProjectID()
	}
	r.setProject(id)
	if err := r.Lock.Begin(); err != nil {
		return err
	}
	planID := fmt.Sprintf("%s-%d", id, r.Now().Unix())
	instances := r.instances()
	writers, failures := make([]*pluginhost.Writer, len(instances)), make([]error, len(instances))
	var group sync.WaitGroup
	for n, instance := range instances {
		group.Go(func() { writers[n], failures[n] = instance.Begin(ctx, planID) })
	}
	group.Wait()
	for n, instance := range instances {
		if failures[n] == nil {
			r.writers[instance] = writers[n]
		}
	}
	if err := errors.Join(failures...); err != nil {
		r.end()
		return err
	}
	return nil
}

func (r *run) setProject(id string) {
	if r.Lock.Lock().ID != id {
		r.Lock.Change(func(l *record.Lock) { l.ID = id })
	}
	r.owner = plan.Owner{Project: r.Plan.Project, ID: id, Environment: r.Plan.Environment}
}

// instances are those whose writers the plan needs, each once.
func (r *run) instances() []*pluginhost.Instance {
	var list []*pluginhost.Instance
	seen := map[*pluginhost.Instance]bool{nil: true}
	add := func(i *pluginhost.Instance) {
		if !seen[i] {
			seen[i] = true
			list = append(list, i)
		}
	}
	for _, c := range r.Plan.Changes {
		for _, s := range c.Steps {
			if s.Action.Changes() {
				add(r.Session.Provider(s.Target.Provider))
			}
		}
		if c.Source != nil {
			add(r.Session.Provider(c.Source.Provider))
		}
		for _, input := range c.Inputs {
			if c.MakesValue() && !input.Made && input.Origin != nil {
				add(r.Session.Provider(input.Origin.Provider))
			}
		}
		for _, p := range c.Secret.Parts {
			if c.MakesValue() && p.Generated() {
				add(r.Session.Generator(p.Kind))
			}
		}
	}
	return list
}

func (r *run) end() {
	for _, w := range r.writers {
		w.Close()
	}
}

func (r *run) writer(alias string) *pluginhost.Writer { return r.writers[r.Session.Provider(alias)] }

// notice passes on the warnings that came with an answer.
func (r *run) notice(address plan.Address, found []pluginhost.PluginDiagnostic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range found {
		if d.Warning && r.Notice != nil {
			r.Notice(address.String(), d.Summary)
		}
	}
}

func (r *run) throttled(scope string, pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Throttled != nil {
		r.Throttled(scope, pause)
	}
}

func (r *run) report(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Events = append(r.result.Events, e)
	if r.Report != nil {
		r.Report(e)
	}
}
