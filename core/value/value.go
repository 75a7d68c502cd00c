// Package value is what the Secretfile itself states: kinds that make nothing.
// It is pure; a value goes from the file into a secret payload here and is not
// looked at by anything on its way to a store.
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

// KindStatic is the kind of a value that stands in the Secretfile.
const KindStatic = "static"

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

// Static is the value that a static generator states; nil when it states none, or
// none that is known yet.
func Static(g secretfile.Generator) (*secret.Payload, diag.List) {
	var found diag.List
	config := g.Config.Schema()
	for _, f := range staticConfig.Check(config) {
		found = append(found, fault(g, f))
	}
	if found.HasErrors() {
		return nil, found
	}
	stated, at := config.Get("value"), "value"
	if stated.IsNull() {
		stated, at = config.Get("default"), "default"
	}
	if stated.IsNull() || stated.Kind() == schema.Unknown {
		return nil, found
	}
	if pattern := config.Get("validation"); !pattern.IsNull() {
		found = append(found, validate(g, at, stated, pattern.Expose())...)
	}
	payload := Payload(stated)
	return &payload, found
}

func fault(g secretfile.Generator, f schema.Fault) diag.Diagnostic {
	severity := diag.Error
	if f.Warning {
		severity = diag.Warning
	}
	return diag.Diagnostic{Severity: severity, Code: f.Code, Summary: f.Summary, Hint: f.Hint, Range: g.Config.RangeOf(f.Path, f.OnKey)}
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
