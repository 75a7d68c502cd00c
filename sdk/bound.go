package sdk

import (
	"context"
	"sync"

	"github.com/secretzero/sz/sdk/wire"
)

// inspectors bounds how many Inspect calls of one batch run side by side.
const inspectors = 32

// boundTarget is a kind of target with its session, in the types of the wire.
type boundTarget interface {
	check(context.Context, wire.CheckItem) wire.CheckResult
	inspect(ctx context.Context, items []wire.InspectItem, key []byte, answer func(int, State)) error
	read(context.Context, wire.ReadItem) (ReadResult, []wire.Diagnostic)
	write(context.Context, wire.WriteItem) WriteResult
	update(context.Context, wire.UpdateItem) WriteResult
	retire(context.Context, wire.RetireItem) WriteResult
	versions(context.Context, wire.TargetRef) ([]Version, []wire.Diagnostic)
	diagnose(ctx context.Context, items []wire.DiagnoseItem, probe bool, report func(Finding)) error
}

type bound[S, C any] struct {
	TargetOf[S, C]
	session S
}

func (b *bound[S, C]) target(ref wire.TargetRef) (Target[C], []wire.Diagnostic) {
	c, found := decode[C](ref.Config)
	return Target[C]{Address: ref.Address, Config: c, Fields: ref.Fields, RotationPeriod: ref.RotationPeriod, Known: !ref.Config.IsNull()}, found
}

func (b *bound[S, C]) check(ctx context.Context, item wire.CheckItem) wire.CheckResult {
	c, found := decode[C](item.Config)
	if wire.Failed(found) {
		return wire.CheckResult{Diagnostics: found}
	}
	place, err := b.Check(ctx, b.session, Wanted[C]{c, item.Secret, item.Field, item.Fields, item.RotationPeriod})
	return wire.CheckResult{Address: place.Address, Claims: place.Claims, Throttle: place.Throttle, MaxValue: place.MaxValue, Diagnostics: append(found, diagnostics(err)...)}
}

func (b *bound[S, C]) inspect(ctx context.Context, items []wire.InspectItem, key []byte, answer func(int, State)) error {
	asked := make([]Inspection[C], len(items))
	for i, item := range items {
		target, found := b.target(item.Target)
		if wire.Failed(found) {
			return &found[0]
		}
		asked[i] = Inspection[C]{target, item.Receipt, Challenge{key, item.Target.Address, item.CompareValue, item.CompareFields}}
	}
	if b.Inspect == nil {
		return unsupported("Inspect")
	}
	open := make([]bool, len(asked))
	for i := range open {
		open[i] = true
	}
	if b.InspectMany != nil {
		var mu sync.Mutex
		err := b.InspectMany(ctx, b.session, asked, func(i int, state State) {
			mu.Lock()
			first := open[i]
			open[i] = false
			mu.Unlock()
			if first {
				answer(i, state)
			}
		})
		if err != nil {
			return err
		}
	}
	var group sync.WaitGroup
	permits := make(chan struct{}, inspectors)
	for i := range asked {
		if !open[i] {
			continue
		}
		permits <- struct{}{}
		group.Go(func() {
			defer func() { <-permits }()
			answer(i, b.inspectOne(ctx, asked[i]))
		})
	}
	group.Wait()
	return nil
}

// inspectOne recovers by itself: it runs in a goroutine of its own.
func (b *bound[S, C]) inspectOne(ctx context.Context, i Inspection[C]) (state State) {
	defer func() {
		if recover() != nil {
			state = State{Presence: Unknown, Diagnostics: []wire.Diagnostic{{
				Class: Internal, Code: "plugin-panic", Summary: "plugin panicked in Inspect", Hint: "report it to the plugin's author",
			}}}
		}
	}()
	state, err := b.Inspect(ctx, b.session, i)
	if err != nil {
		return State{Presence: Unknown, Diagnostics: diagnostics(err)}
	}
	return state
}

func (b *bound[S, C]) read(ctx context.Context, item wire.ReadItem) (ReadResult, []wire.Diagnostic) {
	target, found := b.target(item.Target)
	if b.Read == nil {
		found = append(found, *unsupported("Read"))
	}
	if wire.Failed(found) {
		return ReadResult{}, found
	}
	result, err := b.Read(ctx, b.session, Read[C]{target, item.Receipt})
	return result, diagnostics(err)
}

func (b *bound[S, C]) write(ctx context.Context, item wire.WriteItem) WriteResult {
	target, found := b.target(item.Target)
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	return result(b.Write(ctx, b.session, Write[C]{target, item.Mark, item.Payload, item.Expect}))
}

func (b *bound[S, C]) update(ctx context.Context, item wire.UpdateItem) WriteResult {
	target, found := b.target(item.Target)
	if b.Update == nil {
		found = append(found, *unsupported("Update"))
	}
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	return result(b.Update(ctx, b.session, Update[C]{target, item.Mark, item.Expect, item.Recover}))
}

func (b *bound[S, C]) retire(ctx context.Context, item wire.RetireItem) WriteResult {
	target, found := b.target(item.Target)
	if b.Retire == nil {
		found = append(found, *unsupported("Retire"))
	}
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	return result(b.Retire(ctx, b.session, Retire[C]{target, item.Revision, item.Mode, item.Mark}))
}

func (b *bound[S, C]) versions(ctx context.Context, ref wire.TargetRef) ([]Version, []wire.Diagnostic) {
	target, found := b.target(ref)
	if b.Versions == nil {
		found = append(found, *unsupported("Versions"))
	}
	if wire.Failed(found) {
		return nil, found
	}
	list, err := b.Versions(ctx, b.session, target)
	return list, diagnostics(err)
}

// result joins a change's outcome with its error. An error without an outcome
// means that nothing is known.
func result(r WriteResult, err error) WriteResult {
	r.Diagnostics = append(r.Diagnostics, diagnostics(err)...)
	if r.Outcome == 0 {
		r.Outcome = OutcomeUnknown
	}
	return r
}

func unsupported(what string) *Error {
	return &Error{Class: Unsupported, Code: "unsupported", Summary: "this kind of target has no " + what}
}

func (b *bound[S, C]) diagnose(ctx context.Context, items []wire.DiagnoseItem, probe bool, report func(Finding)) error {
	if b.Diagnose == nil {
		return unsupported("Diagnose")
	}
	d := Diagnosis[C]{ProbeWrite: probe}
	for _, item := range items {
		target, found := b.target(item.Target)
		if wire.Failed(found) {
			return &found[0]
		}
		d.Places = append(d.Places, DiagnosedPlace[C]{target, item.Needs})
	}
	return b.Diagnose(ctx, b.session, d, report)
}
