package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Request is a permission that a field asks for by its tag.
type Request struct {
	Kind   string // the name of the tag: network, read, write or env
	Value  string // config.PATH of the field, or the variable's name
	Reason string
}

// Requests are what the fields of t, a struct type, ask for, in their order.
func Requests(t reflect.Type) []Request { return requests(t, "config") }

func requests(t reflect.Type, prefix string) []Request {
	var out []Request
	for _, m := range shapeOf(t).members {
		path := prefix + "." + m.attribute.Name
		for _, r := range m.requests {
			out = append(out, Request{r.Kind, path, r.Reason})
		}
		if m.variable != "" {
			out = append(out, Request{"env", m.variable, "for " + strings.TrimPrefix(path, "config.")})
		}
		if nested := indirect(m.kind); isObject(nested) {
			out = append(out, requests(nested, path)...)
		}
	}
	return out
}

// NameKey is the key of the field that is called after the secret when nothing is
// said, or "".
func NameKey(t reflect.Type) string {
	for _, m := range shapeOf(t).members {
		if m.named {
			return m.attribute.Name
		}
	}
	return ""
}

// Complete puts into v what the environment has for fields with the tag env, and
// finds those that are required and in neither.
func Complete(v schema.Value, t reflect.Type, lookup func(string) (string, bool)) (schema.Value, []schema.Fault) {
	return complete(nil, v, t, lookup)
}

func complete(at schema.Path, v schema.Value, t reflect.Type, lookup func(string) (string, bool)) (schema.Value, []schema.Fault) {
	var faults []schema.Fault
	for _, m := range shapeOf(t).members {
		name := m.attribute.Name
		here := append(at[:len(at):len(at)], schema.Step{Key: name})
		if nested := indirect(m.kind); isObject(nested) {
			// An absent object stays absent unless the environment has something for it.
			inner, found := complete(here, v.Get(name), nested, lookup)
			if len(inner.Fields()) > 0 {
				v, faults = with(v, name, inner), append(faults, found...)
			}
			continue
		}
		if m.variable == "" || !v.Get(name).IsNull() {
			continue
		}
		if text, ok := lookup(m.variable); ok && text != "" {
			v = with(v, name, sealedAs(m.attribute.Type.Kind, secret.FromString(text)))
		} else if m.required {
			faults = append(faults, schema.Fault{
				Path: here, Code: schema.CodeMissingKey, OnKey: true, Summary: fmt.Sprintf("key %q is required", name),
				Hint: "set it, or the environment variable " + m.variable,
			})
		}
	}
	return v, faults
}

func sealedAs(kind schema.Kind, text secret.Value) schema.Value {
	if kind == schema.Number {
		return schema.NewSealedNumber(text)
	}
	return schema.NewSealed(text)
}

// with is the map v with one more member.
func with(v schema.Value, name string, member schema.Value) schema.Value {
	fields := []schema.Field{}
	for _, f := range v.Fields() {
		if f.Name != name {
			fields = append(fields, f)
		}
	}
	return schema.NewMap(append(fields, schema.Field{Name: name, Value: member}))
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func isObject(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != secretType && t != valueType && t != fileType
}
