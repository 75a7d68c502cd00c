package plan

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// Kinds is what the installed plugins serve, as far as a Secretfile can be
// checked against it without starting any of them.
type Kinds interface {
	// Generator is the configuration of a kind of value.
	Generator(kind string) (schema.Object, bool)
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
func Build(file *secretfile.File, kinds Kinds) (Desired, diag.List) {
	b := &builder{file: file, kinds: kinds, providers: map[string]secretfile.Provider{}, bad: map[string]bool{}}
	d := Desired{Project: file.Metadata.Project, Named: file.Metadata.ProjectGiven, Environment: "-"}
	for _, p := range file.Providers {
		b.providers[p.Alias] = p
		d.Providers = append(d.Providers, b.provider(p))
	}
	for _, s := range file.Secrets {
		d.Secrets = append(d.Secrets, b.secret(s))
	}
	return d, b.found
}

type builder struct {
	file      *secretfile.File
	kinds     Kinds
	providers map[string]secretfile.Provider
	bad       map[string]bool // aliases whose kind is served by no plugin
	found     diag.List
}

func (b *builder) report(d diag.Diagnostic) { b.found = append(b.found, d) }

func (b *builder) provider(p secretfile.Provider) Provider {
	out := Provider{Alias: p.Alias, Kind: p.Kind, Source: p.Config, Config: p.Config.Schema(), Range: p.Range}
	object, ok := b.kinds.Provider(p.Kind)
	if !ok {
		b.bad[p.Alias] = true
		b.report(b.unknownProvider(p))
		return out
	}
	b.found = append(b.found, b.file.CheckConfig("provider "+p.Alias, p.Config, object)...)
	return out
}

func (b *builder) unknownProvider(p secretfile.Provider) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "no-plugin", Range: p.KindRange}
	d.Summary = fmt.Sprintf("no installed plugin serves providers of kind %q", p.Kind)
	if p.Implicit {
		d.Code = "undeclared-provider"
		d.Summary = fmt.Sprintf("provider %q is not declared and is not a kind of provider that an installed plugin serves", p.Alias)
	}
	d.Hint = suggest(p.Kind, b.kinds.ProviderKinds())
	return d
}

func (b *builder) secret(s secretfile.Secret) Secret {
	out := Secret{Name: s.Name, Definition: s.Definition, OneTime: s.OneTime, RotationPeriod: s.RotationPeriod, Range: s.NameRange}
	if s.Generator != nil {
		out.Kind = s.Generator.Kind
		out.Parts = []Part{b.part("", *s.Generator)}
		// A static map is one object too: its targets receive it whole.
		out.Structured = false
	} else {
		out.Kind, out.Structured = "templates."+s.Template, true
	}
	for _, t := range s.Targets {
		out.Targets = append(out.Targets, b.target(t, ""))
	}
	for _, f := range s.Fields {
		out.Parts = append(out.Parts, b.part(f.Name, f.Generator))
		for _, t := range f.Targets {
			out.Targets = append(out.Targets, b.target(t, f.Name))
		}
	}
	return out
}

func (b *builder) part(field string, g secretfile.Generator) Part {
	p := Part{Field: field, Kind: g.Kind, Source: g.Config, Range: g.KindRange}
	if g.Kind == value.KindStatic {
		stated, found := value.Static(g)
		b.found = append(b.found, found...)
		p.Stated, p.Missing = stated, stated == nil
		return p
	}
	object, ok := b.kinds.Generator(g.Kind)
	if !ok {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "no-plugin", Range: g.KindRange,
			Summary: fmt.Sprintf("no installed plugin makes values of kind %q", g.Kind),
			Hint:    suggest(g.Kind, append(b.kinds.GeneratorKinds(), value.KindStatic)),
		})
		return p
	}
	found := b.file.CheckConfig(g.Kind, g.Config, object)
	b.found = append(b.found, found...)
	p.Config = complete(object, g.Config.Schema())
	return p
}

func (b *builder) target(t secretfile.Target, field string) Target {
	out := Target{
		Address: Address{Kind: t.Kind}, Provider: t.Provider, Field: field,
		Source: t.Config, Config: t.Config.Schema(), Range: t.Range,
	}
	if b.bad[t.Provider] {
		return out // its provider has been reported
	}
	provider := b.providers[t.Provider].Kind
	object, can, ok := b.kinds.Target(provider, t.Kind)
	if !ok {
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "unknown-target", Range: t.KindRange,
			Summary: fmt.Sprintf("provider kind %s has no target of kind %q", provider, t.Kind),
			Hint:    suggest(t.Kind, b.kinds.TargetKinds(provider)),
		})
		return out
	}
	b.found = append(b.found, b.file.CheckConfig("target "+t.Kind, t.Config, object)...)
	out.Can, out.Config = can, complete(object, out.Config)
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
	if len(known) == 0 {
		return "no plugins were found; `make build` puts sz and its plugins into one directory, and --plugin-dir names another"
	}
	return "known kinds: " + strings.Join(known, ", ") + "; --plugin-dir names a directory with more plugins"
}
