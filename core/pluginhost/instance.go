package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Deadlines of calls. They bound a plugin that hangs; a store that is slow gets
// its time within them.
const (
	quickCall   = 10 * time.Second
	checkCall   = 30 * time.Second
	inspectCall = 5 * time.Minute
	changeCall  = 5 * time.Minute
)

// Instance is one running plugin process that serves one provider instance, or
// generators. It can look but not change. Safe for concurrent use.
type Instance struct {
	Plugin   Description
	Alias    string // of the provider; empty for generators
	Kind     string // of the provider; empty for generators
	Identity []Claim
	// Interpreter is the program of this machine that runs the plugin; empty for none.
	Interpreter string

	host    *Host
	process *process
}

// Tier is how far the process is confined.
func (i *Instance) Tier() sandbox.Tier {
	if i.process.attached != nil {
		return sandbox.T0
	}
	return i.process.launch.process.Tier()
}

// Refused is why the process is not in a higher tier, a line for each; nothing in
// the highest.
func (i *Instance) Refused() []string {
	if i.process.attached != nil {
		return []string{attached.Error()}
	}
	var lines []string
	for _, r := range i.process.launch.process.Refused() {
		lines = append(lines, r.Error())
	}
	return lines
}

// PID is the process id. A plugin that is attached to has none.
func (i *Instance) PID() int { return i.process.launch.process.PID() }

// within bounds a call, unless somebody may be looking at the plugin in a debugger.
func (i *Instance) within(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if i.process.attached != nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, most)
}

// maxProgress is how often one write may say how far it is.
const maxProgress = 100

// CheckTargets finds the canonical address of every item. Errors are [*Failure].
func (i *Instance) CheckTargets(ctx context.Context, items []CheckItem) ([]CheckResult, error) {
	ctx, cancel := i.within(ctx, checkCall)
	defer cancel()
	results, err := i.process.wire.CheckTargets(ctx, items)
	if err != nil {
		return nil, i.failure("checking targets", err)
	}
	for n := range results {
		if err := boundedCheck(results[n]); err != nil {
			return nil, i.nonsense("checking targets", err)
		}
		results[n].Diagnostics = i.host.masked(results[n].Diagnostics)
	}
	return results, nil
}

// CheckGenerators finds what the schemas cannot say.
func (i *Instance) CheckGenerators(ctx context.Context, items []GeneratorItem) ([]GeneratorCheck, error) {
	ctx, cancel := i.within(ctx, checkCall)
	defer cancel()
	plain, _ := unpicked(i.Plugin, items)
	var results []GeneratorCheck
	err := inCalls(plain, func(some []GeneratorItem) error {
		answers, err := i.process.wire.CheckGenerators(ctx, some)
		for n := range answers {
			answers[n].Diagnostics = i.host.masked(answers[n].Diagnostics)
		}
		results = append(results, answers...)
		return err
	})
	return results, i.failure("checking generators", err)
}

// Inspect looks at every item and answers in their order. The challenge key goes
// to the plugin; the answers that the host expects never do.
func (i *Instance) Inspect(ctx context.Context, items []InspectItem, challengeKey []byte) ([]State, error) {
	ctx, cancel := i.within(ctx, inspectCall)
	defer cancel()
	if report := i.host.options.Waiting; report != nil {
		ctx = wire.WithWaiting(ctx, func(w wire.Waiting) {
			if w.Pause > 0 {
				report(i.host.mask.Text(harmless(w.Scope)), min(w.Pause, inspectCall))
			}
		})
	}
	states, err := i.process.wire.Inspect(ctx, items, challengeKey)
	doing := fmt.Sprintf("inspecting %d targets", len(items))
	if err != nil {
		return nil, i.failure(doing, err)
	}
	for n, s := range states {
		if err := boundedState(items[n], s); err != nil {
			return nil, i.nonsense(doing, err)
		}
		states[n].Diagnostics = i.host.masked(s.Diagnostics)
	}
	return states, nil
}

// Begin permits changes for an approved plan.
func (i *Instance) Begin(ctx context.Context, planID string) (*Writer, error) {
	ctx, cancel := i.within(ctx, quickCall)
	defer cancel()
	changer, err := i.process.wire.Begin(ctx, planID)
	if err != nil {
		return nil, i.failure("beginning an apply", err)
	}
	return &Writer{instance: i, changer: changer}, nil
}

// Writer makes changes through an [Instance]. Safe for concurrent use.
type Writer struct {
	instance *Instance
	changer  *wire.Changer
}

// Generate makes values, [MaxBatch] at most, and answers every item. Where an item
// picks a field of a structured kind, its value is that field.
func (w *Writer) Generate(ctx context.Context, items []GeneratorItem) ([]Generated, error) {
	ctx, cancel := w.instance.within(ctx, patience(w.instance.Plugin, items))
	defer cancel()
	plain, fields := unpicked(w.instance.Plugin, items)
	var made []Generated
	err := inCalls(plain, func(some []GeneratorItem) error {
		answers, err := w.changer.Generate(ctx, some)
		made = append(made, answers...)
		return err
	})
	if err != nil {
		return nil, w.instance.failure(fmt.Sprintf("generating %d values", len(items)), err)
	}
	for n := range made {
		w.instance.host.mask.AddMade(made[n].Payload)
		if err := pick(&made[n], w.instance.Plugin, items[n].Kind, fields[n]); err != nil {
			return nil, w.instance.nonsense("generating "+items[n].Kind, err)
		}
		made[n].Diagnostics = w.instance.host.masked(made[n].Diagnostics)
	}
	return made, nil
}

// Read gives out one value.
func (w *Writer) Read(ctx context.Context, item ReadItem) (ReadResult, []PluginDiagnostic, error) {
	ctx, cancel := w.instance.within(ctx, changeCall)
	defer cancel()
	result, found, err := w.changer.Read(ctx, item)
	doing := "reading " + item.Target.Kind + ":" + item.Target.Address
	if err != nil {
		return ReadResult{}, nil, w.instance.failure(doing, err)
	}
	w.instance.host.mask.Add(result.Payload)
	if err := errors.Join(boundedReceipt(result.Receipt), boundedMark(result.Mark)); err != nil {
		return ReadResult{}, nil, w.instance.nonsense(doing, err)
	}
	return result, w.instance.host.masked(found), nil
}

// Write stores one value. An error leaves the outcome that the result names.
func (w *Writer) Write(ctx context.Context, item WriteItem) (WriteResult, error) {
	ctx, cancel := w.instance.within(ctx, changeCall)
	defer cancel()
	if report := w.instance.host.options.Progress; report != nil {
		var said atomic.Int32
		ctx = wire.WithProgress(ctx, func(p wire.Progress) {
			if said.Add(1) > maxProgress {
				return
			}
			p.Doing = harmless(w.instance.host.told(p.Doing))
			report(item.Target.Kind+":"+item.Target.Address, p)
		})
	}
	result, err := w.changer.Write(ctx, item)
	return w.settled("storing "+item.Target.Kind+":"+item.Target.Address, result, boundedWrite, err)
}

// Update changes what is around a value.
func (w *Writer) Update(ctx context.Context, item UpdateItem) (WriteResult, error) {
	ctx, cancel := w.instance.within(ctx, changeCall)
	defer cancel()
	result, err := w.changer.Update(ctx, item)
	return w.settled("updating "+item.Target.Kind+":"+item.Target.Address, result, boundedUpdate, err)
}

// Retire disables or deletes what is at a target. An error leaves the outcome that
// the result names.
func (w *Writer) Retire(ctx context.Context, item RetireItem) (WriteResult, error) {
	ctx, cancel := w.instance.within(ctx, changeCall)
	defer cancel()
	result, err := w.changer.Retire(ctx, item)
	return w.settled("deleting "+item.Target.Kind+":"+item.Target.Address, result, boundedUpdate, err)
}

// settled is the result of a change, within bounds. What a plugin did whose answer is
// nonsense is not known.
func (w *Writer) settled(doing string, result WriteResult, bounded func(WriteResult) error, err error) (WriteResult, error) {
	if err != nil {
		return result, w.instance.failure(doing, err)
	}
	if err := bounded(result); err != nil {
		return WriteResult{Outcome: OutcomeUnknown}, w.instance.nonsense(doing, err)
	}
	result.Diagnostics = w.instance.host.masked(result.Diagnostics)
	return result, nil
}

// Close ends the writer; the instance goes on.
func (w *Writer) Close() { w.changer.Close() }

// withDefaults completes a configuration, so that a plugin sees what it asked for.
func withDefaults(o schema.Object, v schema.Value) schema.Value {
	if v.IsNull() {
		v = schema.NewMap(nil)
	}
	return o.WithDefaults(v)
}
