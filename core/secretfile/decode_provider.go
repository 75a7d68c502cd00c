package secretfile

import (
	"fmt"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

func (d *decoder) providers(n *syntax.Node) {
	if n.IsNull() || !d.isMap(n, "providers") {
		return
	}
	for _, e := range n.Entries {
		p := d.provider(e)
		if d.name(e.Key, e.KeyRange, "provider") && p.Kind != "" {
			d.file.Providers = append(d.file.Providers, p)
		}
	}
}

func (d *decoder) provider(e syntax.Entry) Provider {
	p := Provider{Alias: e.Key, Kind: e.Key, Range: e.KeyRange, KindRange: e.KeyRange, Config: Value{kind: schema.Map, at: e.KeyRange}}
	of := "provider " + diag.Short(e.Key)
	if e.Value.IsNull() || !d.isMap(e.Value, of) {
		return p
	}
	d.sealLikely(e.Value)
	d.keys(e.Value, of, []string{"kind", "auth", "config"}, []string{"fallback_generator", "description"})
	if kind := e.Value.Get("kind"); !kind.IsNull() {
		if p.Kind, p.KindRange = d.word(e.Value, "kind", of); p.Kind != "" && !d.name(p.Kind, p.KindRange, "kind") {
			p.Kind = ""
		}
	}
	p.Config = d.config(e.Value, of)
	if stated := e.Value.Get("config").Entry("auth"); stated != nil {
		d.duplicateAuth(e.Value.Entry("auth"), stated)
	} else if auth := e.Value.Entry("auth"); auth != nil && !auth.Value.IsNull() && d.isMap(auth.Value, "auth of "+of) {
		p.Config = p.Config.with(ValueField{"auth", auth.KeyRange, d.auth(auth.Value, of)})
	}
	return p
}

func (d *decoder) duplicateAuth(beside, inside *syntax.Entry) {
	found := diag.Diagnostic{Severity: diag.Error, Code: "misplaced-key", Summary: "auth stands in config", Hint: "put it beside config", Range: inside.KeyRange}
	if beside != nil {
		found.Related = []diag.Related{{Range: beside.KeyRange, Text: "it stands here too"}}
	}
	d.found = append(d.found, found)
}

// auth puts the settings beside auth.kind and those under auth.config into one
// map.
func (d *decoder) auth(n *syntax.Node, of string) Value {
	out := Value{kind: schema.Map, at: n.Range}
	for _, e := range n.Entries {
		switch e.Key {
		case "config":
		case "profiles", "fallback_generator":
			d.legacy(e.KeyRange, e.Key, "auth of "+of)
		default:
			out.fields = append(out.fields, ValueField{e.Key, e.KeyRange, d.eval.value(e.Value)})
		}
	}
	under := n.Get("config")
	if under.IsNull() || !d.isMap(under, "auth.config of "+of) {
		return out
	}
	for _, e := range under.Entries {
		if beside := n.Entry(e.Key); beside != nil {
			d.found = append(d.found, diag.Diagnostic{
				Severity: diag.Error, Code: "duplicate-key", Summary: fmt.Sprintf("key %q stands beside auth.kind and under auth.config", diag.Short(e.Key)),
				Hint: "keep one of them", Range: e.KeyRange, Related: []diag.Related{{Range: beside.KeyRange, Text: "the other one"}},
			})
			continue
		}
		out.fields = append(out.fields, ValueField{e.Key, e.KeyRange, d.eval.value(e.Value)})
	}
	return out
}

// declareAll declares the providers that a secret needs, and no others: a provider
// that nothing needs must not be started.
func (d *decoder) declareAll(s Secret) {
	for _, t := range s.Targets {
		d.declare(t)
	}
	if t, ok := s.Source.Place(); ok {
		d.declare(t)
	}
	for _, f := range s.Fields {
		for _, t := range f.Targets {
			d.declare(t)
		}
	}
}

// declare makes sure that the provider of a target exists: one that is not
// declared may still be the name of a kind, which the plugins know.
func (d *decoder) declare(t Target) {
	for _, p := range d.file.Providers {
		if p.Alias == t.Provider {
			return
		}
	}
	if d.root.Get("providers").Entry(t.Provider) != nil {
		return // it is declared, and what is wrong with it has been reported
	}
	d.file.Providers = append(d.file.Providers, Provider{
		Alias: t.Provider, Kind: t.Provider, Range: t.Range, KindRange: t.Range,
		Config: Value{kind: schema.Map, at: t.Range}, Implicit: true,
	})
}
