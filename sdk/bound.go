package sdk

import (
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/secretzero/sz/sdk/internal/config"
	"github.com/secretzero/sz/sdk/secret"
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
	references(ctx context.Context, items []wire.ReferenceItem, consumer, project string) (References, []wire.Diagnostic)
}

type bound[S, C any] struct {
	TargetOf[S, C]
	session S
}

func (b *bound[S, C]) target(ctx context.Context, ref wire.TargetRef) (Target[C], []wire.Diagnostic) {
	t := Target[C]{Address: ref.Address, Fields: ref.Fields, RotationPeriod: ref.RotationPeriod, Known: !ref.Config.IsNull()}
	v := ref.Config
	if b.Check == nil {
		v = config.WithAddress(v, ref.Address, reflect.TypeFor[C]())
	}
	if !t.Known {
		config.Fill(v, &t.Config)
		return t, nil
	}
	c, found := decode[C](ctx, v)
	t.Config = c
	return t, found
}

func (b *bound[S, C]) check(ctx context.Context, item wire.CheckItem) wire.CheckResult {
	of := reflect.TypeFor[C]()
	v := config.WithName(item.Config, config.NameKey(of), defaultName(item))
	c, found := decode[C](ctx, v)
	if wire.Failed(found) {
		return wire.CheckResult{Diagnostics: found}
	}
	if b.Check == nil {
		return wire.CheckResult{Address: config.Address(schemaOf[C]().WithDefaults(v), of), Diagnostics: found}
	}
	place, err := b.Check(ctx, b.session, Wanted[C]{c, item.Secret, item.Field, item.Fields, item.RotationPeriod})
	return wire.CheckResult{Address: place.Address, Claims: place.Claims, Throttle: place.Throttle, MaxValue: place.MaxValue, MaxMark: place.MaxMark, Unmarked: place.Unmarked, Diagnostics: append(found, diagnostics(err)...)}
}

// defaultName is what a target is called after when nothing is said.
func defaultName(item wire.CheckItem) string {
	if item.Field == "" {
		return item.Secret
	}
	return item.Secret + "-" + item.Field
}

func (b *bound[S, C]) inspect(ctx context.Context, items []wire.InspectItem, key []byte, answer func(int, State)) error {
	asked := make([]Inspection[C], len(items))
	for i, item := range items {
		target, found := b.target(ctx, item.Target)
		if wire.Failed(found) {
			return &found[0]
		}
		asked[i] = Inspection[C]{target, item.Receipt, Challenge{key, item.Target.Address, item.CompareValue, item.CompareFields, hider(ctx)}}
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
	if state.Match == 0 && !state.Receipt.IsZero() && !i.Receipt.IsZero() {
		state.Match = Differs
		if state.Receipt.Revision == i.Receipt.Revision {
			state.Match = Matches
		}
	}
	if !b.Challenges && b.Read != nil && state.Presence == Present && i.Challenge.Asked() {
		b.compare(ctx, i, &state)
	}
	return state
}

// compare answers a challenge by reading. A value that cannot be read stays
// uncompared, which the host takes for not known.
func (b *bound[S, C]) compare(ctx context.Context, i Inspection[C], state *State) {
	stored, err := b.Read(ctx, b.session, Read[C]{i.Target, Receipt{}})
	if err != nil {
		state.Diagnostics = append(state.Diagnostics, warnings(diagnostics(err))...)
		return
	}
	if flat, err := stored.Payload.Flat(); err == nil {
		i.Challenge.Answer(state, flat, func(name string) (secret.Value, bool) {
			part, ok := stored.Payload.Field(name)
			value, err := part.Flat()
			return value, ok && err == nil
		})
	}
}

func (b *bound[S, C]) read(ctx context.Context, item wire.ReadItem) (ReadResult, []wire.Diagnostic) {
	target, found := b.target(ctx, item.Target)
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
	target, found := b.target(ctx, item.Target)
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	r, err := b.Write(ctx, b.session, Write[C]{target, item.Mark, item.Payload, item.Expect})
	return result(ctx, item.Mark, r, err)
}

func (b *bound[S, C]) update(ctx context.Context, item wire.UpdateItem) WriteResult {
	target, found := b.target(ctx, item.Target)
	if b.Update == nil {
		found = append(found, *unsupported("Update"))
	}
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	r, err := b.Update(ctx, b.session, Update[C]{target, item.Mark, item.Expect, item.Recover})
	return result(ctx, item.Mark, r, err)
}

func (b *bound[S, C]) retire(ctx context.Context, item wire.RetireItem) WriteResult {
	target, found := b.target(ctx, item.Target)
	if b.Retire == nil {
		found = append(found, *unsupported("Retire"))
	}
	if wire.Failed(found) {
		return WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	r, err := b.Retire(ctx, b.session, Retire[C]{target, item.Revision, item.Mode, item.Mark})
	return result(ctx, item.Mark, r, err)
}

func (b *bound[S, C]) versions(ctx context.Context, ref wire.TargetRef) ([]Version, []wire.Diagnostic) {
	target, found := b.target(ctx, ref)
	if b.Versions == nil {
		found = append(found, *unsupported("Versions"))
	}
	if wire.Failed(found) {
		return nil, found
	}
	list, err := b.Versions(ctx, b.session, target)
	return list, diagnostics(err)
}

// result joins a change's outcome with its error. Without either, the change was made.
// An error without an outcome means that nothing is known, unless it is one that says
// by itself that nothing happened.
func result(ctx context.Context, mark Mark, r WriteResult, err error) WriteResult {
	found := diagnostics(err)
	r.Diagnostics = append(r.Diagnostics, found...)
	if r.Outcome == 0 {
		r.Outcome = OutcomeUnknown
		if !wire.Failed(found) {
			r.Outcome = Applied
		} else if !slices.ContainsFunc(found, func(d wire.Diagnostic) bool { return !refused(d) }) {
			r.Outcome = NotApplied
		}
	}
	if (r.Outcome == Applied || r.Outcome == Unchanged) && r.Receipt.IsZero() {
		r.Receipt = Receipt{Version: 1, Revision: mark.Operation}
	}
	for _, d := range found {
		if at := Now(ctx).Add(d.RetryAfter); d.Class == Throttled && d.RetryAfter > 0 && at.After(r.RetryAt) {
			r.RetryAt = at
		}
	}
	return r
}

func warnings(list []wire.Diagnostic) []wire.Diagnostic {
	for n := range list {
		list[n].Warning = true
	}
	return list
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
		target, found := b.target(ctx, item.Target)
		if wire.Failed(found) {
			return &found[0]
		}
		d.Places = append(d.Places, DiagnosedPlace[C]{target, item.Needs})
	}
	return b.Diagnose(ctx, b.session, d, report)
}

func (b *bound[S, C]) references(ctx context.Context, items []wire.ReferenceItem, consumer, project string) (References, []wire.Diagnostic) {
	if b.References == nil {
		return References{}, []wire.Diagnostic{*unsupported("References")}
	}
	r := ReferenceRequest[C]{Consumer: consumer, Project: project}
	for _, item := range items {
		target, found := b.target(ctx, item.Target)
		if wire.Failed(found) {
			return References{}, found
		}
		r.Places = append(r.Places, ReferredPlace[C]{target, item.Secret, item.Field})
	}
	answer, err := b.References(ctx, b.session, r)
	return answer, diagnostics(err)
}
