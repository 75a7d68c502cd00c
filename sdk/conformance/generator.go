package conformance

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// generator makes the checks of a kind of generator.
func (r *run) generator(ctx context.Context, g Generator) {
	of := "generator " + g.Kind
	i := slices.IndexFunc(r.description.Generators, func(d wire.GeneratorDescription) bool { return d.Kind == g.Kind })
	if i < 0 {
		r.try(ctx, "configured", of, "every configuration is for a kind that the plugin serves", func(t *trial) { t.errorf("the plugin has no such kind") })
		return
	}
	d := r.description.Generators[i]
	r.try(ctx, "before-begin", of, "nothing is generated before a plan is approved", func(t *trial) { generatesOnlyAfterBegin(t, g) })
	r.try(ctx, "values", of, "each value is another one and has the fields that the description promises", func(t *trial) { generatesValues(t, g, d) })
	r.try(ctx, "bad-config", of, "what is wrong in a configuration is answered with its attribute", func(t *trial) { generatorConfig(t, g, d.Config) })
	r.try(ctx, "unknown-fields", of, "fields of a later version of the contract are ignored", func(t *trial) { generatesWithGrease(t, g) })
	r.try(ctx, "concurrency", of, "calls side by side are all answered", func(t *trial) { generatesConcurrently(t, g) })
}

func generatesOnlyAfterBegin(t *trial, g Generator) {
	p := t.start(Start{})
	if _, err := unbegun(p).Generate(t.call(), []wire.GeneratorItem{{Kind: g.Kind, Config: g.Config}}); err == nil {
		t.errorf("Generators.Generate before Plugin.Begin was not refused; it must end with FAILED_PRECONDITION")
	}
	unknown, err := p.client.CheckGenerators(t.call(), []wire.GeneratorItem{{Kind: "no_such_kind", Config: schema.NewMap(nil)}})
	t.must(err)
	if !wire.Failed(unknown[0].Diagnostics) {
		t.errorf("a kind that the plugin does not serve was taken for right")
	}
}

// Values are drawn in batches, as many as there is time for: some kinds take a second
// for one.
const (
	batch     = 2
	mostDraws = 100
	drawTime  = 300 * time.Millisecond
)

func draw(t *trial, p *process, items []wire.GeneratorItem) []wire.Generated {
	changer, until := t.begin(p), time.Now().Add(drawTime)
	var made []wire.Generated
	for len(made) < mostDraws && (len(made) == 0 || time.Now().Before(until)) {
		more, err := changer.Generate(t.call(), items)
		t.must(err)
		made = append(made, more...)
	}
	return made
}

func generatesValues(t *trial, g Generator, d wire.GeneratorDescription) {
	p := t.start(Start{})
	items := make([]wire.GeneratorItem, batch)
	for i := range items {
		items[i] = wire.GeneratorItem{Kind: g.Kind, Config: g.Config}
	}
	checked, err := p.client.CheckGenerators(t.call(), items[:1])
	t.must(err)
	if wire.Failed(checked[0].Diagnostics) {
		t.fatalf("the configuration is refused: %s", texts(checked[0].Diagnostics))
	}
	made := draw(t, p, items)
	for i, m := range made {
		if wire.Failed(m.Diagnostics) {
			t.fatalf("value %d: %s", i+1, texts(m.Diagnostics))
		}
		t.run.secrets.know(m.Payload)
		promised(t, m.Payload, d.Fields)
		for _, other := range made[:i] {
			// Of a kind with few values two may be the same by chance.
			if checked[0].EntropyBits >= 64 && m.Payload.Equal(other.Payload) {
				t.fatalf("two values are the same")
			}
		}
	}
	if bits := checked[0].EntropyBits; bits > 0 {
		t.notef("%.0f bits", bits)
	} else {
		t.warnf("the strength of a value is not told: EntropyBits is 0")
		if slices.ContainsFunc(made[1:], func(m wire.Generated) bool { return m.Payload.Equal(made[0].Payload) }) {
			t.errorf("two of %d values are the same", len(made))
		}
	}
	// A second process must not begin where the first did.
	again, err := t.begin(t.start(Start{})).Generate(t.call(), items[:1])
	t.must(err)
	if checked[0].EntropyBits >= 64 && again[0].Payload.Equal(made[0].Payload) {
		t.errorf("two processes made the same value")
	}
}

func promised(t *trial, p secret.Payload, fields []string) {
	var names []string
	for _, f := range p.Fields() {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, fields) {
		t.fatalf("a value has the fields %q; the description promises %q", names, fields)
	}
	if len(fields) == 0 && p.Scalar().Len() == 0 {
		t.fatalf("a value is empty")
	}
}

func generatesWithGrease(t *trial, g Generator) {
	p := t.start(Start{})
	p.conn.grease = true
	made, err := t.begin(p).Generate(t.call(), []wire.GeneratorItem{{Kind: g.Kind, Config: g.Config}})
	t.must(err)
	if wire.Failed(made[0].Diagnostics) {
		t.fatalf("with unknown fields: %s", texts(made[0].Diagnostics))
	}
	t.run.secrets.know(made[0].Payload)
}

func generatesConcurrently(t *trial, g Generator) {
	changer := t.begin(t.start(Start{}))
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		ctx := t.call()
		group.Go(func() {
			_, errs[i] = changer.Generate(ctx, []wire.GeneratorItem{{Kind: g.Kind, Config: g.Config}})
		})
	}
	group.Wait()
	for _, err := range errs {
		t.must(err)
	}
}

// begin lets a process make changes, until the trial ends.
func (t *trial) begin(p *process) *wire.Changer {
	changer, err := p.client.Begin(t.call(), "conformance")
	t.must(err)
	t.ends = append(t.ends, changer.Close)
	return changer
}

// unbegun makes the calls of a host that forgot to begin.
func unbegun(p *process) *wire.Changer { return wire.NewChanger(p.client) }

func texts(found []wire.Diagnostic) string {
	text := ""
	for i := range found {
		if text != "" {
			text += "; "
		}
		text += found[i].Error()
	}
	return text
}
