package secretfile

import (
	"fmt"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// The kinds of source.
const (
	SourceEnv    = "env"
	SourceFile   = "file"
	SourceSecret = "secret_ref"
	SourceRead   = "provider_read"
)

// Source is where a value comes from instead of being made. It is the one way of a
// file to reach something outside. The package core/value gets what it names.
type Source struct {
	Kind      string
	Range     diag.Range // of the key source
	KindRange diag.Range
	Required  bool  // without a value there nothing is done; else the secret's own kind makes one
	Config    Value // by kind
	// Ref is the secret that a source of kind secret_ref names.
	Ref *Reference
}

// Place is where a source of kind provider_read reads, as a target of its provider.
func (s *Source) Place() (Target, bool) {
	if s == nil || s.Kind != SourceRead {
		return Target{}, false
	}
	provider, kind := s.Config.Get("provider"), s.Config.Get("kind")
	return Target{Provider: provider.plain(), Kind: kind.plain(), Config: s.Config.Get("config"), Range: provider.at, KindRange: kind.at}, true
}

// sourceConfigs are the settings of each kind.
var sourceConfigs = map[string]schema.Object{
	SourceEnv: {Attributes: []schema.Attribute{
		{Name: "name", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "trim", Type: schema.Type{Kind: schema.Bool}},
		{Name: "allow_empty", Type: schema.Type{Kind: schema.Bool}},
	}},
	SourceFile: {Attributes: []schema.Attribute{
		{Name: "path", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "format", Type: schema.Type{Kind: schema.String}, Enum: []string{"text", "json", "dotenv"}},
		{Name: "key", Type: schema.Type{Kind: schema.String}},
	}},
	SourceSecret: {Attributes: []schema.Attribute{
		{Name: "secret", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "field", Type: schema.Type{Kind: schema.String}},
	}},
	SourceRead: {Attributes: []schema.Attribute{
		{Name: "provider", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "kind", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "config", Type: schema.Type{Kind: schema.Map}, Required: true},
		{Name: "field", Type: schema.Type{Kind: schema.String}},
	}},
}

// source reads the source of a secret; nil when it has none.
func (d *decoder) source(n *syntax.Node, of string) *Source {
	e := n.Entry("source")
	if e == nil || e.Value.IsNull() {
		return nil
	}
	of = "source of " + of
	if !d.isMap(e.Value, of) {
		return nil
	}
	d.keys(e.Value, of, []string{"kind", "required", "config"}, nil)
	s := &Source{Range: e.KeyRange, Required: true}
	if v := d.setting(e.Value, "required", of, schema.Bool); !v.IsNull() {
		s.Required = v.Schema().Bool()
	}
	s.Kind, s.KindRange = d.word(e.Value, "kind", of)
	object, known := sourceConfigs[s.Kind]
	if !known {
		if s.Kind != "" {
			d.report(s.KindRange, "unknown-source", fmt.Sprintf("kind of %s is not known", of), "the kinds are env, file, secret_ref and provider_read")
		}
		return nil
	}
	s.Config = d.config(e.Value, of)
	var found diag.List
	s.Config, found = d.file.CheckConfig(of, s.Config, object)
	d.found = append(d.found, found...)
	d.secretEnv("the configuration of "+of, s.Config)
	if found.HasErrors() {
		return nil
	}
	if s.Kind == SourceSecret {
		name := s.Config.Get("secret")
		s.Ref = &Reference{Secret: name.plain(), Range: name.at}
		if field := s.Config.Get("field"); !field.IsNull() {
			s.Ref.Field = field.plain()
		}
	}
	return s
}
