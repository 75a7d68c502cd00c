package pluginhost

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

	host    *Host
	process *process
}

// Tier is how far the process is confined.
func (i *Instance) Tier() sandbox.Tier { return i.process.launch.process.Tier() }

// Refused is why the process is not in a higher tier, a line for each; nothing in
// the highest.
func (i *Instance) Refused() []string {
	var lines []string
	for _, r := range i.process.launch.process.Refused() {
		lines = append(lines, r.Error())
	}
	return lines
}

// PID is the process id.
func (i *Instance) PID() int { return i.process.launch.process.PID() }

// maxProgress is how often one write may say how far it is.
const maxProgress = 100

// CheckTargets finds the canonical address of every item. Errors are [*Failure].
func (i *Instance) CheckTargets(ctx context.Context, items []CheckItem) ([]CheckResult, error) {
	ctx, cancel := context.WithTimeout(ctx, checkCall)
	defer cancel()
	results, err := i.process.wire.CheckTargets(ctx, items)
	if err != nil {
		return nil, i.failure("checking targets", err)
	}
	for _, r := range results {
		if err := validAddress(r); err != nil {
			return nil, &Failure{Plugin: i.Plugin.Name, Version: i.Plugin.Version, Doing: "checking targets", Cause: err.Error()}
		}
	}
	return results, nil
}

// CheckGenerators finds what the schemas cannot say.
func (i *Instance) CheckGenerators(ctx context.Context, items []GeneratorItem) ([]GeneratorCheck, error) {
	ctx, cancel := context.WithTimeout(ctx, checkCall)
	defer cancel()
	plain, _ := unpicked(i.Plugin, items)
	var results []GeneratorCheck
	err := inCalls(plain, func(some []GeneratorItem) error {
		answers, err := i.process.wire.CheckGenerators(ctx, some)
		results = append(results, answers...)
		return err
	})
	return results, i.failure("checking generators", err)
}

// Inspect looks at every item and answers in their order. The challenge key goes
// to the plugin; the answers that the host expects never do.
func (i *Instance) Inspect(ctx context.Context, items []InspectItem, challengeKey []byte) ([]State, error) {
	ctx, cancel := context.WithTimeout(ctx, inspectCall)
	defer cancel()
	states, err := i.process.wire.Inspect(ctx, items, challengeKey)
	return states, i.failure(fmt.Sprintf("inspecting %d targets", len(items)), err)
}

// Begin permits changes for an approved plan.
func (i *Instance) Begin(ctx context.Context, planID string) (*Writer, error) {
	ctx, cancel := context.WithTimeout(ctx, quickCall)
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
	ctx, cancel := context.WithTimeout(ctx, patience(w.instance.Plugin, items))
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
			return nil, &Failure{Plugin: w.instance.Plugin.Name, Version: w.instance.Plugin.Version, Doing: "generating " + items[n].Kind, Cause: err.Error()}
		}
	}
	return made, nil
}

// Read gives out one value.
func (w *Writer) Read(ctx context.Context, item ReadItem) (ReadResult, []PluginDiagnostic, error) {
	ctx, cancel := context.WithTimeout(ctx, changeCall)
	defer cancel()
	result, found, err := w.changer.Read(ctx, item)
	if err != nil {
		return ReadResult{}, nil, w.instance.failure("reading "+item.Target.Kind+":"+item.Target.Address, err)
	}
	w.instance.host.mask.Add(result.Payload)
	return result, w.instance.host.masked(found), nil
}

// Write stores one value. An error leaves the outcome that the result names.
func (w *Writer) Write(ctx context.Context, item WriteItem) (WriteResult, error) {
	ctx, cancel := context.WithTimeout(ctx, changeCall)
	defer cancel()
	if report := w.instance.host.options.Progress; report != nil {
		var said atomic.Int32
		ctx = wire.WithProgress(ctx, func(p wire.Progress) {
			if said.Add(1) > maxProgress {
				return
			}
			p.Doing = w.instance.host.mask.Text(harmless(p.Doing))
			report(item.Target.Kind+":"+item.Target.Address, p)
		})
	}
	result, err := w.changer.Write(ctx, item)
	result.Diagnostics = w.instance.host.masked(result.Diagnostics)
	return result, w.instance.failure("storing "+item.Target.Kind+":"+item.Target.Address, err)
}

// Update changes what is around a value.
func (w *Writer) Update(ctx context.Context, item UpdateItem) (WriteResult, error) {
	ctx, cancel := context.WithTimeout(ctx, changeCall)
	defer cancel()
	result, err := w.changer.Update(ctx, item)
	result.Diagnostics = w.instance.host.masked(result.Diagnostics)
	return result, w.instance.failure("updating "+item.Target.Kind+":"+item.Target.Address, err)
}

// Retire disables or deletes what is at a target. An error leaves the outcome that
// the result names.
func (w *Writer) Retire(ctx context.Context, item RetireItem) (WriteResult, error) {
	ctx, cancel := context.WithTimeout(ctx, changeCall)
	defer cancel()
	result, err := w.changer.Retire(ctx, item)
	result.Diagnostics = w.instance.host.masked(result.Diagnostics)
	return result, w.instance.failure("deleting "+item.Target.Kind+":"+item.Target.Address, err)
}

// Close ends the writer; the instance goes on.
func (w *Writer) Close() { w.changer.Close() }

func validAddress(r CheckResult) error {
	if wire.Failed(r.Diagnostics) {
		return nil
	}
	if r.Address == "" || len(r.Address) > 1024 || r.Address != harmless(r.Address) {
		return fmt.Errorf("it answered an address that is empty, too long or not printable")
	}
	return nil
}

// Bounds of what a plugin may tell a person in one call.
const (
	maxDiagnostics = 100
	maxText        = 4 << 10 // bytes of one text
)

// masked are diagnostics with the values in them masked, as many and as long as a
// person may be told: errors before all else.
func (h *Host) masked(list []PluginDiagnostic) []PluginDiagnostic {
	if len(list) > maxDiagnostics {
		slices.SortStableFunc(list, func(a, b PluginDiagnostic) int {
			switch failed, other := wire.Failed([]PluginDiagnostic{a}), wire.Failed([]PluginDiagnostic{b}); {
			case failed == other:
				return 0
			case failed:
				return -1
			}
			return 1
		})
		list = list[:maxDiagnostics]
	}
	for n := range list {
		d := &list[n]
		d.Summary, d.Detail, d.Hint = h.told(d.Summary), h.told(d.Detail), h.told(d.Hint)
	}
	return list
}

// told is a text of a plugin, masked before it is cut: a piece of a value is not known
// as one.
func (h *Host) told(text string) string {
	if text = h.mask.Text(text); len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// withDefaults completes a configuration, so that a plugin sees what it asked for.
func withDefaults(o schema.Object, v schema.Value) schema.Value {
	if v.IsNull() {
		v = schema.NewMap(nil)
	}
	return o.WithDefaults(v)
}
