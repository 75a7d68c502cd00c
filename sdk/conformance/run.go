package conformance

import (
	"context"
	"slices"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// Options narrow a run, and follow it.
type Options struct {
	// Cases are the configurations to use; nil means [DefaultCases].
	Cases *Cases
	// Root is the directory where relative paths of configurations start.
	Root string
	// Done hears of each result as it comes.
	Done func(Result)
}

// run is a run under way.
type run struct {
	subject     Subject
	options     Options
	description wire.Description
	report      *Report
	secrets     secrets
	leaks       leaks
	names       int                // given to places so far
	wrote       map[string]written // what the checks wrote last, by the address
}

// root is where relative paths of configurations start.
func (r *run) root() string { return r.options.Root }

// Run checks a subject. It returns when everything that it started has ended.
func Run(ctx context.Context, subject Subject, options Options) Report {
	r := &run{subject: subject, options: options, report: &Report{Confinement: subject.Confinement()}, wrote: map[string]written{}}
	if !r.try(ctx, "describe", "", "Describe is pure, deterministic and offline: two processes without any permission answer the same twice", describes) {
		return *r.report
	}
	r.report.Plugin, r.report.Version = r.description.Name, r.description.Version
	r.try(ctx, "schema", "", "what the plugin says of itself makes sense: names, types, patterns, ranges, defaults, rules, permissions", schemas)
	if options.Cases == nil {
		cases := DefaultCases(r.description)
		cases.Generators = slices.DeleteFunc(cases.Generators, func(g Generator) bool { return r.refuses(ctx, g) })
		r.options.Cases = &cases
	}
	for _, g := range r.options.Cases.Generators {
		r.generator(ctx, g)
	}
	for _, p := range r.options.Cases.Providers {
		r.provider(ctx, p)
	}
	r.left(ctx)
	r.try(ctx, "host-death", "", "the process ends within 2 s of its host, whose end closes the pipe of the credentials", endsWithHost)
	r.try(ctx, "shutdown", "", "the process ends within 2 s of Shutdown", endsWhenTold)
	r.try(ctx, "canaries", "", "no value and no digest of one is in any log, diagnostic, receipt, address or error, in any encoding", func(t *trial) {
		for _, leak := range r.leaks.found {
			t.errorf("%s", leak)
		}
	})
	return *r.report
}

// try makes one check and reports whether it did not fail.
func (r *run) try(ctx context.Context, name, of, about string, check func(*trial)) bool {
	result := Result{Check: name, Case: of, About: about, Status: Pass}
	(&trial{ctx: ctx, run: r, result: &result}).do(check)
	r.report.Results = append(r.report.Results, result)
	if r.options.Done != nil {
		r.options.Done(result)
	}
	return result.Status != Fail
}

// refuses reports that a generator finds its configuration wrong for a reason that its
// schema does not tell.
func (r *run) refuses(ctx context.Context, g Generator) bool {
	refused := false
	(&trial{ctx: ctx, run: r, result: &Result{}}).do(func(t *trial) {
		found, err := t.start(Start{}).client.CheckGenerators(t.call(), []wire.GeneratorItem{{Kind: g.Kind, Config: g.Config}})
		t.must(err)
		refused = wire.Failed(found[0].Diagnostics)
	})
	return refused
}

// left says which kinds had no configuration to be checked with.
func (r *run) left(ctx context.Context) {
	missing := func(what string) {
		r.try(ctx, "configured", what, "every kind is checked", func(t *trial) {
			t.skipf("it needs a configuration: give one with --config FILE, a Secretfile that uses it")
		})
	}
	for _, g := range r.description.Generators {
		if !slices.ContainsFunc(r.options.Cases.Generators, func(c Generator) bool { return c.Kind == g.Kind }) {
			missing("generator " + g.Kind)
		}
	}
	for _, p := range r.description.Providers {
		for _, t := range p.Targets {
			if !slices.ContainsFunc(r.options.Cases.Providers, func(c Provider) bool {
				return c.Kind == p.Kind && slices.ContainsFunc(c.Targets, func(ct Target) bool { return ct.Kind == t.Kind })
			}) {
				missing("target " + t.Kind)
			}
		}
	}
}

// knowSealed makes the secrets of a configuration known.
func (r *run) knowSealed(v schema.Value) {
	if v.Sealed() {
		r.secrets.know(secret.NewText(v.Secret()))
	}
	for _, item := range v.Items() {
		r.knowSealed(item)
	}
	for _, field := range v.Fields() {
		r.knowSealed(field.Value)
	}
}
