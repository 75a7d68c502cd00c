package plan

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/graph"
	"github.com/secretzero/sz/core/policy"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// Kinds is what the installed plugins serve, as far as a Secretfile can be
// checked against it without starting any of them.
type Kinds interface {
	// Generator is the configuration of a kind of value.
	Generator(kind string) (schema.Object, bool)
	// GeneratorFields are the fields of what a structured kind of value makes; none
	// for a single value, and for a kind that is not served.
	GeneratorFields(kind string) []string
	// GeneratorFiles are the settings of a kind of value whose texts may name files of
	// the project, which the plugin is then given.
	GeneratorFiles(kind string) []string
	// Provider is the configuration of a kind of provider.
	Provider(kind string) (schema.Object, bool)
	// Target is the configuration of a kind of target of a kind of provider.
	Target(provider, kind string) (schema.Object, Capabilities, bool)
	// GeneratorKinds, ProviderKinds and TargetKinds list what there is, for
	// suggestions.
	GeneratorKinds() []string
	ProviderKinds() []string
	TargetKinds(provider string) []string
}

// Build turns a Secretfile into what is wanted and reports everything in it that
// the kinds do not allow. Addresses are still open: they are for plugins to say.
// The secrets are in the order of the graph, each behind those that it is built of.
func Build(file *secretfile.File, kinds Kinds, outside value.Outside) (Desired, diag.List) {
	b := &builder{file: file, kinds: kinds, outside: outside, providers: map[string]secretfile.Provider{}, bad: map[string]bool{}, missing: missing{}}
	d := Desired{Project: file.Metadata.Project, Named: file.Metadata.ProjectGiven, Environment: file.Environment}
	for _, p := range file.Providers {
		b.providers[p.Alias] = p
		d.Providers = append(d.Providers, b.provider(p))
	}
	g, found := graph.Build(file, b.fieldsOf)
	b.found = append(b.found, found...)
	d.Graph = g
	byName := make(map[string]*secretfile.Secret, len(file.Secrets))
	for i := range file.Secrets {
		byName[file.Secrets[i].Name] = &file.Secrets[i]
	}
	d.Secrets = make([]Secret, 0, len(file.Secrets))
	earlier := make(map[string]*Secret, len(file.Secrets))
	for _, name := range g.Order() {
		d.Secrets = append(d.Secrets, b.secret(*byName[name]))
		s := &d.Secrets[len(d.Secrets)-1]
		if err := s.settle(earlier); err != nil {
			b.report(diag.Diagnostic{Severity: diag.Error, Code: "not-composable", Summary: fmt.Sprintf("secret %s cannot be built: %v", name, err), Range: s.Range})
		}
		earlier[name] = s
	}
	b.found = append(b.found, policy.Check(file)...)
	return d, append(b.found, b.missing.report(kinds)...)
}

// localProvider is the kind of provider that stores on this machine.
const localProvider = "local"

type builder struct {
	file      *secretfile.File
	kinds     Kinds
	providers map[string]secretfile.Provider
	bad       map[string]bool // aliases whose kind is served by no plugin
	missing   missing
	outside   value.Outside
	found     diag.List
}

func (b *builder) report(d diag.Diagnostic) { b.found = append(b.found, d) }

func (b *builder) provider(p secretfile.Provider) Provider {
	out := Provider{Alias: p.Alias, Kind: p.Kind, Source: p.Config, Config: p.Config.Schema(), Range: p.Range}
	object, ok := b.kinds.Provider(p.Kind)
	if !ok {
		b.bad[p.Alias] = true
		b.unknownProvider(p)
		return out
	}
	config, found := b.file.CheckConfig("provider "+p.Alias, p.Config, object)
	b.found = append(b.found, found...)
	out.Config = config.Schema()
	return out
}

func (b *builder) secret(s secretfile.Secret) Secret {
	out := Secret{
		Name: s.Name, Definition: s.Definition, Description: s.Description, OneTime: s.OneTime, Local: s.Local, Adopt: s.Adopt, PreventDestroy: s.PreventDestroy,
		ProcessTags: s.ProcessTags.Schema(), RotationPeriod: s.RotationPeriod, Overlap: s.Overlap, Source: s.Source, Range: s.NameRange,
	}
	if s.Generator != nil {
		out.Kind = s.Generator.Kind
		// A static map is one object too: its targets receive it whole.
		out.Parts = []Part{b.part(s.Name, "", *s.Generator)}
		b.source(s, &out)
	} else {
		out.Kind, out.Structured = "templates."+s.Template, true
	}
	for _, t := range s.Targets {
		out.Targets = append(out.Targets, b.target(t, s.Name, "", s.Local))
	}
	for _, f := range s.Fields {
		out.Parts = append(out.Parts, b.part(s.Name, f.Name, f.Generator))
		for _, t := range f.Targets {
			out.Targets = append(out.Targets, b.target(t, s.Name, f.Name, s.Local))
		}
	}
	return out
}

// source takes the value of a source, where there is one, in place of what the
// secret's kind would make.
func (b *builder) source(s secretfile.Secret, out *Secret) {
	p := &out.Parts[0]
	if s.Source == nil {
		return
	}
	if place, ok := s.Source.Place(); ok {
		out.Read = b.read(s, place)
		p.Otherwise, p.Missing = !s.Source.Required && p.Generated(), false
		p.Pieces = []secretfile.Piece{{Ref: &secretfile.Reference{Secret: readInput, Field: out.Read.Field, Range: s.Source.Range}}}
		return
	}
	stated, found := value.Source("secret "+s.Name, s.Source, b.outside)
	b.found = append(b.found, found...)
	if !stated.Missing() {
		p.Stated, p.Pieces, p.Missing, p.Fields = stated.Value, stated.Pieces, false, nil
	} else if s.Source.Required {
		p.Missing = true
	}
}

func (b *builder) part(secret, field string, g secretfile.Generator) Part {
	p := Part{Field: field, Kind: g.Kind, Source: g.Config, Range: g.KindRange}
	if _, own := value.Config(g.Kind); own {
		stated, found := value.Static(g)
		b.found = append(b.found, found...)
		p.Stated, p.Pieces, p.Missing = stated.Value, stated.Pieces, stated.Missing()
		return p
	}
	object, ok := b.kinds.Generator(g.Kind)
	if !ok {
		b.unknownGenerator(g, secret)
		return p
	}
	config, found := b.file.CheckConfig(g.Kind, g.Config, object)
	b.found = append(b.found, found...)
	p.Config = complete(object, config.Schema())
	b.structure(&p, secret)
	b.files(&p)
	return p
}

func (b *builder) target(t secretfile.Target, secret, field string, local bool) Target {
	out := Target{
		Address: Address{Kind: t.Kind}, Provider: t.Provider, Field: field,
		Source: t.Config, Config: t.Config.Schema(), Range: t.Range,
	}
	provider := b.providers[t.Provider].Kind
	if local && provider != localProvider {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "local-target", Range: t.Range, Summary: fmt.Sprintf("secret %s is local, and provider %s is not", secret, t.Provider),
			Detail: "a local secret belongs to this machine: each machine has its own value", Hint: "store it with a provider of kind local, or remove local: true",
		})
	}
	if b.bad[t.Provider] {
		b.missing.add("provider "+provider, t.Kind+" of "+secret)
		return out // its provider has been reported
	}
	object, can, ok := b.kinds.Target(provider, t.Kind)
	if !ok {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "unknown-target", Range: t.KindRange,
			Summary: fmt.Sprintf("provider kind %s has no target of kind %q", provider, t.Kind),
			Hint:    suggest(t.Kind, b.kinds.TargetKinds(provider)),
		})
		return out
	}
	config, found := b.file.CheckConfig("target "+t.Kind, t.Config, object)
	b.found = append(b.found, found...)
	out.Can, out.Config = can, complete(object, config.Schema())
	return out
}

func complete(object schema.Object, v schema.Value) schema.Value {
	if v.IsNull() {
		v = schema.NewMap(nil)
	}
	return object.WithDefaults(v)
}

func suggest(name string, known []string) string {
	if near := schema.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known kinds: " + strings.Join(known, ", ")
}
