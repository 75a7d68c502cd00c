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
	for field := range fields(t) {
		path := prefix + "." + attribute(t, field).Name
		for _, kind := range []string{"network", "read", "write"} {
			if reason := field.Tag.Get(kind); reason != "" {
				out = append(out, Request{kind, path, reason})
			}
		}
		if variable := field.Tag.Get("env"); variable != "" {
			out = append(out, Request{"env", variable, "for " + strings.TrimPrefix(path, "config.")})
		}
		if nested := indirect(field.Type); isObject(nested) {
			out = append(out, requests(nested, path)...)
		}
	}
	return out
}

// NameKey is the key of the field that is called after the secret when nothing is
// said, or "".
func NameKey(t reflect.Type) string {
	for field := range fields(t) {
		if hasOption(field, "name") {
			return attribute(t, field).Name
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
	for field := range fields(t) {
		name := attribute(t, field).Name
		here := append(at[:len(at):len(at)], schema.Step{Key: name})
		if nested := indirect(field.Type); isObject(nested) {
			// An absent object stays absent unless the environment has something for it.
			inner, found := complete(here, v.Get(name), nested, lookup)
			if len(inner.Fields()) > 0 {
				v, faults = with(v, name, inner), append(faults, found...)
			}
			continue
		}
		variable := field.Tag.Get("env")
		if variable == "" || !v.Get(name).IsNull() {
			continue
		}
		if text, ok := lookup(variable); ok && text != "" {
			v = with(v, name, sealedAs(typeOf(field.Type).Kind, secret.FromString(text)))
		} else if hasOption(field, "required") {
			faults = append(faults, schema.Fault{
				Path: here, Code: schema.CodeMissingKey, OnKey: true, Summary: fmt.Sprintf("key %q is required", name),
				Hint: "set it, or the environment variable " + variable,
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

func hasOption(field reflect.StructField, option string) bool {
	_, options, _ := strings.Cut(field.Tag.Get("sz"), ",")
	for have := range strings.SplitSeq(options, ",") {
		if have == option {
			return true
		}
	}
	return false
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
