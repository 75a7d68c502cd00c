package jsonschema

import "github.com/secretzero/sz/sdk/schema"

// providers are aliases of any name; one that is the name of a kind is of that
// kind when it says nothing else.
func providers(kinds Kinds) node {
	var names []string
	var cases []any
	byAlias := node{}
	for _, p := range kinds.Providers {
		names = append(names, p.Kind)
		cases = append(cases, when("kind", p.Kind, providerConfig(p.Config)))
		byAlias[p.Kind] = node{"allOf": []any{
			node{"$ref": "#/definitions/provider"},
			node{"if": node{"not": node{"required": []string{"kind"}}}, "then": node{"properties": providerConfig(p.Config)}},
		}}
	}
	provider := closed("", node{
		"kind": suggest(names, "the kind of provider (default: the alias)"), "auth": anything(), "config": anything(),
		"fallback_generator": anything(), "description": text(""),
	})
	if len(cases) > 0 {
		provider["allOf"] = cases
	}
	return node{
		"type": []string{"object", "null"}, "description": "the services that secrets are stored at, by alias",
		"definitions": node{"provider": provider}, "properties": moved(byAlias), "additionalProperties": node{"$ref": "#/properties/providers/definitions/provider"},
	}
}

// moved points the aliases at the definition beside them.
func moved(aliases node) node {
	for _, alias := range aliases {
		alias.(node)["allOf"].([]any)[0] = node{"$ref": "#/properties/providers/definitions/provider"}
	}
	return aliases
}

// providerConfig is what a provider says of config and of auth, whose settings may
// stand beside its kind or under config.
func providerConfig(object schema.Object) node {
	var rest schema.Object
	out := node{}
	for _, a := range object.Attributes {
		if a.Name != "auth" || a.Type.Object == nil {
			rest.Attributes = append(rest.Attributes, a)
			continue
		}
		auth := partial(*a.Type.Object)
		settings := node{}
		for name, setting := range auth["properties"].(node) {
			settings[name] = setting
		}
		delete(settings, "kind")
		properties := auth["properties"].(node)
		properties["config"] = node{"type": []string{"object", "null"}, "properties": settings, "additionalProperties": false}
		properties["profiles"], properties["fallback_generator"] = anything(), anything()
		out["auth"] = auth
	}
	out["config"] = orExpression(partial(rest))
	return out
}
