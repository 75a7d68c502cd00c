package sdk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// handler serves a [Plugin] over the wire.
type handler struct {
	plugin     Plugin
	generators map[string]Generator

	mu     sync.Mutex
	opened bool
	open   session
	known  []secret.Value // the secrets of the session's configuration
}

// call begins a call in which the secrets of the session may appear, and others.
func (h *handler) call(ctx context.Context, more ...secret.Value) (context.Context, *call) {
	h.mu.Lock()
	known := append(h.known[:len(h.known):len(h.known)], more...)
	h.mu.Unlock()
	return begin(ctx, known...)
}

// NewHandler is what [Serve] serves. Only tests of plugins need it: see sdk/plugintest.
// It panics when the plugin contradicts itself, such as by a tag that there is not.
func NewHandler(p Plugin) wire.Handler {
	h := newHandler(p)
	h.Describe()
	return h
}

func newHandler(p Plugin) *handler {
	h := &handler{plugin: p, generators: map[string]Generator{}}
	for _, g := range p.Generators {
		h.generators[g.kind()] = g
	}
	return h
}

// Describe says what the plugin serves.
func (h *handler) Describe() wire.Description {
	d := wire.Description{Name: h.plugin.Name, Version: h.plugin.Version, Summary: h.plugin.Summary}
	for _, g := range h.plugin.Generators {
		d.Generators = append(d.Generators, g.describe())
	}
	for _, p := range h.plugin.Providers {
		d.Providers = append(d.Providers, p.describe())
	}
	return d
}

// Open configures the one session.
func (h *handler) Open(ctx context.Context, request wire.OpenRequest) ([]wire.Claim, []wire.Diagnostic) {
	known := sealed(request.Config)
	ctx, log := begin(ctx, known...)
	defer log.end()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.opened {
		return nil, []wire.Diagnostic{{Class: Internal, Code: "opened-twice", Summary: "a process serves one provider instance and this one is open"}}
	}
	for _, p := range h.plugin.Providers {
		if p.kind() != request.Kind {
			continue
		}
		s, claims, found := p.open(ctx, request)
		if !wire.Failed(found) {
			h.open, h.opened, h.known = s, true, known
		}
		return claims, found
	}
	return nil, []wire.Diagnostic{{Class: Unsupported, Code: "unknown-kind", Summary: fmt.Sprintf("plugin %s has no provider kind %q", h.plugin.Name, request.Kind)}}
}

// Drain closes the session.
func (h *handler) Drain(context.Context, time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.opened {
		h.open.close()
		h.opened, h.open, h.known = false, session{}, nil
	}
}

// CheckGenerator finds what a schema cannot say.
func (h *handler) CheckGenerator(ctx context.Context, item wire.GeneratorItem) wire.GeneratorCheck {
	g, ok := h.generators[item.Kind]
	if !ok {
		return wire.GeneratorCheck{Diagnostics: h.unknownGenerator(item.Kind)}
	}
	ctx, log := h.call(ctx, sealed(item.Config)...)
	defer log.end()
	return g.check(ctx, item)
}

// Generate makes one value.
func (h *handler) Generate(ctx context.Context, item wire.GeneratorItem) wire.Generated {
	g, ok := h.generators[item.Kind]
	if !ok {
		return wire.Generated{Diagnostics: h.unknownGenerator(item.Kind)}
	}
	ctx, log := h.call(ctx, sealed(item.Config)...)
	defer log.end()
	made := g.generate(ctx, item)
	log.known.AddPayload(made.Payload)
	return made
}

func (h *handler) unknownGenerator(kind string) []wire.Diagnostic {
	return []wire.Diagnostic{{Class: Unsupported, Code: "unknown-kind", Summary: fmt.Sprintf("plugin %s has no generator kind %q", h.plugin.Name, kind)}}
}

func (h *handler) target(kind string) (boundTarget, []wire.Diagnostic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.opened {
		return nil, []wire.Diagnostic{{Class: Internal, Code: "not-open", Summary: "no provider instance is open"}}
	}
	t, ok := h.open.targets[kind]
	if !ok {
		return nil, []wire.Diagnostic{{Class: Unsupported, Code: "unknown-kind", Summary: fmt.Sprintf("plugin %s has no target kind %q", h.plugin.Name, kind)}}
	}
	return t, nil
}

// CheckTarget finds where a target is.
func (h *handler) CheckTarget(ctx context.Context, item wire.CheckItem) wire.CheckResult {
	t, found := h.target(item.Kind)
	if t == nil {
		return wire.CheckResult{Diagnostics: found}
	}
	ctx, log := h.call(ctx)
	defer log.end()
	return t.check(ctx, item)
}

// Inspect looks at items, those of each kind together.
func (h *handler) Inspect(ctx context.Context, items []wire.InspectItem, key []byte, answer func(int, wire.State)) []wire.Diagnostic {
	ctx, log := h.call(ctx)
	defer log.end()
	byKind := map[string][]int{}
	for i, item := range items {
		byKind[item.Target.Kind] = append(byKind[item.Target.Kind], i)
	}
	for kind, indexes := range byKind {
		some := make([]wire.InspectItem, len(indexes))
		for i, index := range indexes {
			some[i] = items[index]
		}
		t, found := h.target(kind)
		if t != nil {
			found = diagnostics(t.inspect(ctx, some, key, func(i int, s wire.State) { answer(indexes[i], s) }))
		}
		if wire.Failed(found) {
			return found
		}
	}
	return nil
}

// Diagnose looks at what stands in the way of using places, those of each kind
// together.
func (h *handler) Diagnose(ctx context.Context, items []wire.DiagnoseItem, probe bool, report func(wire.Finding)) []wire.Diagnostic {
	byKind := map[string][]wire.DiagnoseItem{}
	for _, item := range items {
		byKind[item.Target.Kind] = append(byKind[item.Target.Kind], item)
	}
	for kind, some := range byKind {
		t, found := h.target(kind)
		if t != nil {
			found = diagnostics(t.diagnose(ctx, some, probe, report))
		}
		if wire.Failed(found) {
			return found
		}
	}
	return nil
}

// References writes the text of a consumer for items of one kind.
func (h *handler) References(ctx context.Context, items []wire.ReferenceItem, consumer, project string) (wire.References, []wire.Diagnostic) {
	if len(items) == 0 {
		return wire.References{}, []wire.Diagnostic{{Class: Internal, Code: "no-items", Summary: "nothing to refer to"}}
	}
	t, found := h.target(items[0].Target.Kind)
	if t == nil {
		return wire.References{}, found
	}
	return t.references(ctx, items, consumer, project)
}

// Read gives out one value.
func (h *handler) Read(ctx context.Context, item wire.ReadItem) (wire.ReadResult, []wire.Diagnostic) {
	t, found := h.target(item.Target.Kind)
	if t == nil {
		return wire.ReadResult{}, found
	}
	ctx, log := h.call(ctx)
	defer log.end()
	result, found := t.read(ctx, item)
	log.known.AddPayload(result.Payload)
	return result, found
}

// Write stores one value.
func (h *handler) Write(ctx context.Context, item wire.WriteItem) wire.WriteResult {
	t, found := h.target(item.Target.Kind)
	if t == nil {
		return wire.WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	ctx, log := h.call(ctx)
	defer log.end()
	log.known.AddPayload(item.Payload)
	return t.write(ctx, item)
}

// Update changes what is around a value.
func (h *handler) Update(ctx context.Context, item wire.UpdateItem) wire.WriteResult {
	t, found := h.target(item.Target.Kind)
	if t == nil {
		return wire.WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	ctx, log := h.call(ctx)
	defer log.end()
	return t.update(ctx, item)
}

// Retire disables, deletes or purges.
func (h *handler) Retire(ctx context.Context, item wire.RetireItem) wire.WriteResult {
	t, found := h.target(item.Target.Kind)
	if t == nil {
		return wire.WriteResult{Outcome: NotApplied, Diagnostics: found}
	}
	ctx, log := h.call(ctx)
	defer log.end()
	return t.retire(ctx, item)
}

// Versions lists the versions at a place.
func (h *handler) Versions(ctx context.Context, ref wire.TargetRef) ([]wire.Version, []wire.Diagnostic) {
	t, found := h.target(ref.Kind)
	if t == nil {
		return nil, found
	}
	ctx, log := h.call(ctx)
	defer log.end()
	return t.versions(ctx, ref)
}
