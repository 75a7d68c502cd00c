package secretfile

import (
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// CheckConfig checks a configuration against a schema, and gives text from outside
// the types that the schema wants. The problems stand where the configuration was
// written, and name what it is of.
func (f *File) CheckConfig(of string, config Value, object schema.Object) (Value, diag.List) {
	var found diag.List
	f.sealSensitive(config, object)
	config = conformObject(config, object)
	for _, fault := range object.Check(config.Schema()) {
		d := diag.Diagnostic{Severity: diag.Error, Code: fault.Code, Summary: of + ": " + fault.Summary, Hint: fault.Hint, Range: config.RangeOf(fault.Path, fault.OnKey)}
		if fault.Warning {
			d.Severity = diag.Warning
		}
		found = append(found, d)
	}
	for _, field := range config.fields {
		if a, known := object.Attribute(field.Name); known && a.Sensitive {
			found = append(found, publicText(field.Value)...)
		}
	}
	return config, found
}

func conformObject(v Value, object schema.Object) Value {
	return conformFields(v, func(f ValueField) Value {
		if a, known := object.Attribute(f.Name); known {
			return conformTo(f.Value, a.Type)
		}
		return f.Value
	})
}

func conformTo(v Value, t schema.Type) Value {
	switch {
	case v.kind == schema.List && t.Elem != nil:
		v.items = slices.Clone(v.items)
		for i := range v.items {
			v.items[i] = conformTo(v.items[i], *t.Elem)
		}
	case v.kind == schema.Map && t.Object != nil:
		return conformObject(v, *t.Object)
	case v.kind == schema.Map && t.Elem != nil:
		return conformFields(v, func(f ValueField) Value { return conformTo(f.Value, *t.Elem) })
	}
	return conform(v, t.Kind)
}

// conformFields is a map with other values, if any has text from outside in it.
func conformFields(v Value, conform func(ValueField) Value) Value {
	if v.kind != schema.Map || !v.outside() {
		return v
	}
	v.fields = slices.Clone(v.fields)
	for i, f := range v.fields {
		v.fields[i].Value = conform(f)
	}
	return v
}

// outside reports whether text from outside is anywhere in a value.
func (v Value) outside() bool {
	found := false
	v.walk(func(scalar Value) { found = found || scalar.loose })
	return found
}

// publicText refuses text of the command line in a place for secrets: everybody on
// the machine can read a command line.
func publicText(v Value) diag.List {
	var found diag.List
	v.walk(func(scalar Value) {
		if len(scalar.argv) > 0 {
			name := scalar.argv[0]
			found = append(found, diag.Diagnostic{
				Severity: diag.Error, Code: "secret-on-command-line", Range: scalar.at,
				Summary: fmt.Sprintf("variable %s becomes part of a secret, and a command line can be read by everybody on the machine", diag.Short(name)),
				Hint:    "set it in the environment as " + variablePrefix + diag.Short(name) + ", or in a file of variables",
			})
		}
	})
	return found
}
