// Package value is what the Secretfile itself states: kinds that make nothing. A
// static value stands in the file, a composed one is built out of other secrets
// (compose.go), a sourced one comes from the environment or a file (source.go). It
// is pure; a value goes into a secret payload here and is not looked at by anything
// on its way to a store.
//
// Next: core/plan, which compares stated values with what stores hold.
package value

import (
	"fmt"
	"regexp"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// staticConfig is what a static value may be configured with.
var staticConfig = schema.Object{
	Attributes: []schema.Attribute{
		{Name: "value", Type: schema.Type{Kind: schema.Any}, Sensitive: true, Description: "the value, a scalar or a map"},
		{Name: "default", Type: schema.Type{Kind: schema.Any}, Sensitive: true, Description: "the same as value"},
		{Name: "validation", Type: schema.Type{Kind: schema.String}, Description: "an expression that the whole text must match"},
		{Name: "prompt", Type: schema.Type{Kind: schema.Bool}, Description: "ask on a terminal when there is no value"},
		{Name: "rotation_period", Type: schema.Type{Kind: schema.String}, Deprecated: "write rotation_period beside the secret's kind"},
	},
	Rules: []schema.Rule{{Kind: schema.AtMostOneOf, Attributes: []string{"value", "default"}}},
}

// composeConfig is what a value that is built of others may be configured with.
var composeConfig = schema.Object{
	Attributes: []schema.Attribute{
		{Name: "value", Type: schema.Type{Kind: schema.String}, Sensitive: true, Description: "a text that reads other secrets"},
		{Name: "template", Type: schema.Type{Kind: schema.String}, Description: "a file of the project with the text, in which only secrets are replaced"},
		{Name: "validation", Type: schema.Type{Kind: schema.String}, Description: "an expression that the whole text must match"},
	},
	Rules: []schema.Rule{{Kind: schema.ExactlyOneOf, Attributes: []string{"value", "template"}}},
}

// Config is the schema of a kind that the language itself has; false for others.
func Config(kind string) (schema.Object, bool) {
	switch kind {
	case secretfile.KindStatic:
		return staticConfig, true
	case secretfile.KindCompose:
		return composeConfig, true
	}
	return schema.Object{}, false
}

// Kinds are the kinds that the language itself has.
func Kinds() []string { return []string{secretfile.KindStatic, secretfile.KindCompose} }

// Stated is what a generator of the language itself states.
type Stated struct {
	// Value is the value; nil when there is none, or none that is known yet.
	Value *secret.Payload
	// Pieces are what the value is built of when it reads other secrets.
	Pieces []secretfile.Piece
}

// Missing reports that nothing is stated.
func (s Stated) Missing() bool { return s.Value == nil && s.Pieces == nil }

// Static is what a generator of kind static or compose states.
func Static(g secretfile.Generator) (Stated, diag.List) {
	var found diag.List
	config := g.Config.Schema()
	object := staticConfig
	if g.Kind == secretfile.KindCompose {
		object = composeConfig
	}
	for _, f := range object.Check(config) {
		found = append(found, fault(g, f))
	}
	if found.HasErrors() {
		return Stated{}, found
	}
	stated, at := config.Get("value"), "value"
	if stated.IsNull() {
		stated, at = config.Get("default"), "default"
	}
	if stated.IsNull() {
		stated, at = config.Get("template"), "template"
	}
	if pieces := g.Config.Get(at).Pieces(); len(pieces) > 0 {
		return Stated{Pieces: pieces}, found
	}
	if stated.IsNull() || stated.Kind() == schema.Unknown {
		return Stated{}, found
	}
	if pattern := config.Get("validation"); !pattern.IsNull() {
		found = append(found, validate(g, at, stated, pattern.Expose())...)
	}
	payload := Payload(stated)
	return Stated{Value: &payload}, found
}

func fault(g secretfile.Generator, f schema.Fault) diag.Diagnostic {
	severity := diag.Error
	if f.Warning {
		severity = diag.Warning
	}
	return diag.Diagnostic{Severity: severity, Code: f.Code, Summary: f.Summary, Hint: f.Hint, Range: g.Config.RangeOf(f.Path, f.OnKey)}
}

// Answer is the value of a static secret that a person typed, if its validation accepts
// that. The error does not say what was typed.
func Answer(config schema.Value, typed secret.Value) (secret.Payload, error) {
	if pattern := config.Get("validation"); !pattern.IsNull() {
		whole, err := regexp.Compile(`\A(?:` + pattern.Expose() + `)\z`)
		if err != nil || !whole.Match(typed.Expose()) {
			return secret.Payload{}, fmt.Errorf("it does not match the validation %q", pattern.Expose())
		}
	}
	return secret.NewText(typed), nil
}

// validate matches the whole text. It says that the value does not match, and
// never what the value is.
func validate(g secretfile.Generator, at string, stated schema.Value, pattern string) diag.List {
	where := g.Config.RangeOf(schema.Keys("validation"), false)
	whole, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return diag.List{{Severity: diag.Error, Code: "bad-pattern", Summary: "validation is not a regular expression", Detail: err.Error(), Range: where}}
	}
	if whole.MatchString(stated.Expose()) {
		return nil
	}
	return diag.List{{
		Severity: diag.Error, Code: "validation-failed",
		Summary: fmt.Sprintf("the stated value does not match its validation %q", pattern),
		Range:   g.Config.RangeOf(schema.Keys(at), false),
		Related: []diag.Related{{Range: where, Text: "the validation"}},
	}}
}

// Payload turns a configuration value into the content of a secret, keeping the
// types and the order of fields.
func Payload(v schema.Value) secret.Payload {
	switch v.Kind() {
	case schema.Map:
		fields := make([]secret.Field, len(v.Fields()))
		for i, f := range v.Fields() {
			fields[i] = secret.Field{Name: f.Name, Value: Payload(f.Value)}
		}
		return secret.NewObject(fields)
	case schema.List:
		items := make([]secret.Payload, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = Payload(item)
		}
		return secret.NewList(items)
	case schema.Number:
		return secret.Scalar(secret.Number, v.Secret())
	case schema.Bool:
		return secret.Scalar(secret.Bool, secret.FromString(v.String()))
	case schema.Null:
		return secret.Scalar(secret.Null, secret.Value{})
	case schema.Bytes:
		return secret.Scalar(secret.Binary, v.Secret())
	default:
		return secret.NewText(v.Secret())
	}
}
