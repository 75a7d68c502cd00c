package conformance

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Bounds of a description; hosts refuse what is beyond them.
const (
	maxDescription = 1 << 20
	maxDepth       = 16
	maxPattern     = 1 << 10
)

// describes asks two processes twice each.
func describes(t *trial) {
	var first []byte
	for range 2 {
		p := t.start(Start{})
		for range 2 {
			d, err := p.client.Describe(t.call())
			t.must(err)
			data, err := wire.MarshalDescription(d)
			t.must(err)
			switch {
			case first == nil:
				first, t.run.description = data, d
			case !bytes.Equal(first, data):
				t.fatalf("it described itself in two ways")
			}
		}
	}
	if len(first) > maxDescription {
		t.errorf("the description has %d bytes; the most is %d", len(first), maxDescription)
	}
}

func schemas(t *trial) {
	for _, fault := range Faults(t.run.description) {
		t.errorf("%s", fault)
	}
}

var (
	nameForm    = regex.Of(`^[a-z][a-z0-9-]{0,62}$`)
	kindForm    = regex.Of(`^[a-z][a-z0-9_]{0,62}$`)
	versionForm = regex.Of(`^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$`)
)

// Faults are what is wrong with a description, in words, without starting anything.
func Faults(d wire.Description) []string {
	f := &faults{}
	f.when(!nameForm.MatchString(d.Name), "name %q is not of the form %s", d.Name, nameForm)
	f.when(!versionForm.MatchString(d.Version), "version %q is not a semantic version without a v", d.Version)
	f.when(d.Summary == "", "the plugin has no summary")
	f.when(len(d.Generators)+len(d.Providers) == 0, "it serves nothing")
	seen := map[string]bool{}
	kind := func(what, name, summary string) {
		f.when(!kindForm.MatchString(name), "%s %q is not of the form %s", what, name, kindForm)
		f.when(seen[what+name], "%s %s is there twice", what, name)
		f.when(summary == "", "%s %s has no summary", what, name)
		seen[what+name] = true
	}
	for _, g := range d.Generators {
		kind("generator", g.Kind, g.Summary)
		f.object("generator "+g.Kind, g.Config, 1)
	}
	for _, p := range d.Providers {
		kind("provider", p.Kind, p.Summary)
		f.object("provider "+p.Kind, p.Config, 1)
		f.when(len(p.Targets) == 0, "provider %s has no targets", p.Kind)
		for _, t := range p.Targets {
			kind("target", t.Kind, t.Summary)
			f.object("target "+t.Kind, t.Config, 1)
			f.when(t.Can(wire.CanChallenge) && !t.Can(wire.CanInspect), "target %s answers challenges and cannot inspect", t.Kind)
			f.when(t.Can(wire.CanMark) && !t.Can(wire.CanInspect), "target %s carries marks and cannot show them: it cannot inspect", t.Kind)
		}
		for _, permission := range p.Permissions {
			f.permission(p, permission)
		}
		for _, a := range p.Allowances {
			f.allowance(p, a)
		}
	}
	return f.list
}

type faults struct{ list []string }

func (f *faults) when(wrong bool, format string, args ...any) {
	if wrong {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

func (f *faults) object(at string, o schema.Object, depth int) {
	if depth > maxDepth {
		f.when(true, "%s is nested more than %d deep", at, maxDepth)
		return
	}
	seen := map[string]bool{}
	for _, a := range o.Attributes {
		here := at + ": " + a.Name
		f.when(!kindForm.MatchString(a.Name), "%s is not of the form %s", here, kindForm)
		f.when(seen[a.Name], "%s is there twice", here)
		seen[a.Name] = true
		f.attribute(here, a)
		if a.Type.Object != nil {
			f.object(here, *a.Type.Object, depth+1)
		}
	}
	for _, r := range o.Rules {
		for _, name := range append(slices.Clone(r.Attributes), r.When) {
			f.when(name != "" && !seen[name], "%s: a rule names %q, which is no key", at, name)
		}
	}
}

func (f *faults) attribute(here string, a schema.Attribute) {
	f.when(a.Description == "" && a.Deprecated == "", "%s has no description", here)
	f.when(len(a.Pattern) > maxPattern, "%s has a pattern of more than %d bytes", here, maxPattern)
	_, err := regexp.Compile(a.Pattern)
	f.when(err != nil, "%s has a pattern that is not RE2", here)
	f.when(a.Pattern != "" && a.PatternHint == "", "%s has a pattern without a hint in words", here)
	f.when(a.Min != nil && a.Max != nil && *a.Min > *a.Max, "%s has a least that is more than its most", here)
	f.when(a.Sensitive && a.Identity, "%s is sensitive and part of an address", here)
	f.when(a.Required && !a.Default.IsNull(), "%s is required and has a default", here)
	if !a.Default.IsNull() && err == nil {
		probe := schema.Object{Attributes: []schema.Attribute{a}}
		for _, fault := range probe.Check(schema.NewMap([]schema.Field{{Name: a.Name, Value: a.Default}})) {
			f.when(!fault.Warning, "%s has a default that is not allowed: %s", here, fault.Summary)
		}
	}
}

// permission makes sure that what a permission refers to is there.
func (f *faults) permission(p wire.ProviderDescription, permission wire.Permission) {
	what := permission.String()
	f.when(permission.Value == "", "provider %s asks for nothing by %s", p.Kind, what)
	f.when(permission.Reason == "", "provider %s asks for %s without a reason", p.Kind, what)
	if path, ok := strings.CutPrefix(permission.Value, "config."); ok && refers(permission.Kind) {
		known := p.Config.Has(path)
		for _, t := range p.Targets {
			known = known || t.Config.Has(path)
		}
		f.when(!known, "provider %s asks for %s, and no configuration has that key", p.Kind, what)
	}
	f.when(permission.WhenPath != "" && !p.Config.Has(permission.WhenPath), "provider %s asks for %s depending on %s, which is no key", p.Kind, what, permission.WhenPath)
}

// allowance makes sure that what the user may allow is something.
func (f *faults) allowance(p wire.ProviderDescription, a wire.AllowanceDescription) {
	f.when(!kindForm.MatchString(a.Name), "provider %s: allowance %q is not of the form %s", p.Kind, a.Name, kindForm)
	f.when(a.Summary == "", "provider %s: allowance %s has no summary", p.Kind, a.Name)
	for _, setting := range a.Settings {
		f.when(!strings.HasPrefix(setting, "env.") && !p.Config.Has(setting), "provider %s: allowance %s is about %s, which is no key", p.Kind, a.Name, setting)
	}
}

func refers(kind wire.PermissionKind) bool {
	return kind == wire.NetworkFrom || kind == wire.ReadFrom || kind == wire.WriteFrom
}
