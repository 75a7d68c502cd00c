package jsonschema

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/secretzero/sz/sdk/schema"
)

func text(description string) node { return described(node{"type": "string"}, description) }
func boolean(description string) node {
	return described(orExpression(node{"type": "boolean"}), description)
}
func anything() node   { return node{} }
func expression() node { return node{"$ref": "#/definitions/expression"} }

func described(n node, description string) node {
	if description != "" {
		n["description"] = description
	}
	return n
}

// orExpression allows an expression in place of anything.
func orExpression(n node) node { return node{"anyOf": []any{n, expression()}} }

func list(items node) node {
	return node{"anyOf": []any{node{"type": []string{"array", "null"}, "items": items}, expression()}}
}

// closed is a map with known keys, or nothing.
func closed(description string, properties node) node {
	return described(node{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}, description)
}

// named is a map of things under names of any kind.
func named(thing node, description string) node {
	return described(node{"type": []string{"object", "null"}, "additionalProperties": thing}, description)
}

// suggest is a text that an editor completes and that may be another.
func suggest(names []string, description string) node {
	if len(names) == 0 {
		return text(description)
	}
	return described(node{"anyOf": []any{node{"enum": names}, node{"type": "string"}}}, description)
}

// when applies properties to maps in which a key has a value.
func when(key, value string, properties node) node {
	return node{"if": node{"properties": node{key: node{"const": value}}, "required": []string{key}}, "then": node{"properties": properties}}
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// partial is a configuration of which some may stand elsewhere.
func partial(o schema.Object) node { return configOf(o, false) }

// configOf is what a plugin says of a configuration.
func configOf(o schema.Object, complete bool) node {
	properties := node{}
	var required []string
	for _, a := range o.Attributes {
		properties[a.Name] = attribute(a)
		if a.Required && complete {
			required = append(required, a.Name)
		}
	}
	out := node{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func attribute(a schema.Attribute) node {
	n := typeOf(a.Type)
	if len(a.Enum) > 0 {
		n = node{"enum": a.Enum}
	}
	if a.Type.Kind == schema.String && a.Pattern != "" {
		n["pattern"] = "^(?:" + a.Pattern + ")$"
	}
	bounds(n, a)
	if bare := a.Type.Kind == schema.String && len(n) == 1; a.Type.Kind != schema.Any && !bare {
		n = orExpression(n)
	}
	if !a.Default.IsNull() && !a.Sensitive && a.Default.Kind() != schema.Map && a.Default.Kind() != schema.List {
		n["default"] = plain(a.Default)
	}
	if a.Deprecated != "" {
		n["deprecated"], n["deprecationMessage"] = true, a.Deprecated
	}
	return described(n, a.Description)
}

func bounds(n node, a schema.Attribute) {
	low, high := "minimum", "maximum"
	if a.Type.Kind == schema.String {
		low, high = "minLength", "maxLength"
	}
	if a.Min != nil {
		n[low] = *a.Min
	}
	if a.Max != nil {
		n[high] = *a.Max
	}
}

func typeOf(t schema.Type) node {
	switch t.Kind {
	case schema.Bool:
		return node{"type": "boolean"}
	case schema.Number:
		return node{"type": "number"}
	case schema.String:
		return node{"type": "string"}
	case schema.List:
		n := node{"type": "array"}
		if t.Elem != nil {
			n["items"] = orExpression(typeOf(*t.Elem))
		}
		return n
	case schema.Map:
		if t.Object != nil {
			return partial(*t.Object)
		}
		n := node{"type": "object"}
		if t.Elem != nil {
			n["additionalProperties"] = orExpression(typeOf(*t.Elem))
		}
		return n
	}
	return node{}
}

func plain(v schema.Value) any {
	switch v.Kind() {
	case schema.Bool:
		return v.Bool()
	case schema.Number:
		return json.Number(v.Expose())
	}
	return v.Expose()
}
