// Package jsonschema writes what a Secretfile may hold as a JSON Schema, for the
// completion and the checks of editors. It is composed with what the installed
// plugins say of their configurations, so that an editor completes vault_url. It is
// pure.
//
// It is the language as far as JSON Schema can tell it: what refers to what, and
// what an expression comes to, only `sz validate` knows. The version is draft 7,
// which the YAML language server reads.
//
// Next: core/secretfile, which is the language.
package jsonschema

import (
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// Kinds is what the installed plugins serve.
type Kinds struct {
	Generators map[string]schema.Object
	Providers  []Provider
}

// Provider is a kind of provider with its kinds of target.
type Provider struct {
	Kind    string
	Config  schema.Object
	Targets map[string]schema.Object
}

// node is a piece of the document; encoding/json sorts its keys.
type node = map[string]any

// Document is the schema of a Secretfile, ready for encoding/json.
func Document(kinds Kinds) any {
	return node{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"title":       "Secretfile",
		"description": "which secrets a project has, how each comes to be, and where each must be",
		"type":        "object", "additionalProperties": false, "required": []string{"secrets"},
		"properties": node{
			"version":         described(orExpression(node{"enum": []any{"1", "1.0", 1}}), "the version of the language"),
			"metadata":        metadata(),
			"variables":       node{"type": []string{"object", "null"}, "description": "read as {{var.NAME}}"},
			"environments":    environments(),
			"target_profiles": named(closed("", targetProfile(kinds)), "what environments add to the configuration of targets"),
			"providers":       providers(kinds),
			"secrets":         node{"type": []string{"array", "null"}, "items": node{"$ref": "#/definitions/secret"}, "description": "the secrets"},
			"templates":       named(node{"$ref": "#/definitions/template"}, "structured secrets that secrets are made after"),
			"policies":        named(policy(), "rules that the file must keep"),
			"plugins":         named(closed("", node{"version": text("a version constraint"), "source": text("where the plugin comes from")}), "plugins and their versions"),
			"labels":          anything(), "annotations": anything(), "agent": anything(), "config": anything(),
		},
		"definitions": node{
			"expression": node{"type": "string", "pattern": `\{\{|\$\{`},
			"period":     node{"anyOf": []any{expression(), node{"type": "string", "pattern": `^([0-9]+y)?([0-9]+m)?([0-9]+w)?([0-9]+d)?([0-9]+h)?$`}}, "description": "as in 90d, 12w, 1y or 1w2d"},
			"generator":  generator(kinds, false),
			"target":     target(kinds),
			"targets":    node{"type": []string{"array", "null"}, "items": node{"$ref": "#/definitions/target"}, "description": "where the value must be"},
			"secret":     generator(kinds, true),
			"template":   template(),
		},
	}
}

func metadata() node {
	return node{"type": []string{"object", "null"}, "description": "what the file is about", "properties": node{
		"project": text("scopes ownership: marks of one project are not touched by another"), "owner": text(""), "contact": text(""), "environment": text(""),
		"environments": list(anything()), "compliance": list(orExpression(node{"type": "string", "examples": []string{"soc2", "iso27001"}})),
		"cost_center": anything(), "documentation": text(""),
	}}
}

func environments() node {
	return closed("environments, each with its own variables, lock file and target profile", node{
		"default": text("the one that is taken without --env"),
		"profiles": named(closed("", node{
			"var_files": list(text("a file of variables, beside the Secretfile")), "lockfile": text("where the lock file lies"),
			"target_profile": text("the target profile of this environment"), "labels": anything(), "description": text(""),
		}), "the environments"),
	})
}

func targetProfile(kinds Kinds) node {
	overrides := node{}
	for _, p := range kinds.Providers {
		for kind, object := range p.Targets {
			overrides[kind] = orExpression(partial(object))
			overrides[p.Kind+"/"+kind] = orExpression(partial(object))
		}
	}
	return node{
		"provider_overrides": named(anything(), "configuration for all targets of a provider"),
		"target_overrides":   node{"type": []string{"object", "null"}, "properties": overrides, "description": "configuration for all targets of a kind"},
		"identity_policies":  list(text("a policy of kind provider_identity that holds in this lane")),
		"description":        text(""),
	}
}

func policy() node {
	return node{"type": "object", "required": []string{"kind"}, "additionalProperties": false, "properties": node{
		"kind":     orExpression(node{"enum": []string{secretfile.KindRotation, secretfile.KindAccess, secretfile.KindCompliance, secretfile.KindIdentity}}),
		"severity": orExpression(node{"enum": []string{"error", "warning", "info"}}), "enabled": boolean("whether it is judged"), "description": text(""),
		"max_age": node{"$ref": "#/definitions/period"}, "require_rotation_period": boolean("every secret must have a rotation_period"),
		"allowed_targets": list(text("a kind of target, or provider/kind")), "denied_targets": list(text("a kind of target, or provider/kind")),
		"frameworks": list(text("soc2 or iso27001")), "providers": list(text("an alias or kind of provider")),
		"match": orExpression(node{"enum": []string{"all", "any"}}),
		"rules": list(closed("", node{"field": text("a claim of the identity"), "glob": text("a pattern with * for any text"), "equals": text("a text")})),
	}}
}

// secretKeys are the keys of a secret beside those of a generator.
func secretKeys() node {
	return node{
		"name":        node{"type": []string{"string", "number"}, "description": "unique in the file"},
		"targets":     node{"$ref": "#/definitions/targets"},
		"description": text("for people"), "vars": anything(),
		"one_time":        boolean("made once, and never again"),
		"rotation_period": node{"$ref": "#/definitions/period"},
		"rotation":        closed("when the value is replaced", node{"period": node{"$ref": "#/definitions/period"}, "overlap": node{"$ref": "#/definitions/period"}}),
		"source": closed("where the value comes from instead of being made", node{
			"kind":     orExpression(node{"enum": []string{secretfile.SourceEnv, secretfile.SourceFile, secretfile.SourceSecret, secretfile.SourceRead}}),
			"required": boolean("without a value there, nothing is done"), "config": anything(),
		}),
		"local": boolean("belongs to this machine alone"), "process_tags": anything(),
		"adopt":           boolean("take what lies at the targets for the value"),
		"prevent_destroy": boolean("never destroyed, also when its block is gone"),
	}
}

// generator is a kind with its configuration: of a field, or a secret.
func generator(kinds Kinds, secret bool) node {
	properties := node{"config": anything(), "timeout": anything()}
	required := []string{"kind"}
	if secret {
		required = append(required, "name")
		for key, schema := range secretKeys() {
			properties[key] = schema
		}
	}
	var names []string
	var cases []any
	add := func(kind string, object schema.Object) {
		names = append(names, kind)
		config := configOf(object, true)
		config["properties"].(node)["rotation_period"] = anything()
		cases = append(cases, when("kind", kind, node{"config": orExpression(config)}))
	}
	for _, kind := range value.Kinds() {
		object, _ := value.Config(kind)
		add(kind, object)
	}
	for _, kind := range sorted(kinds.Generators) {
		add(kind, kinds.Generators[kind])
	}
	properties["kind"] = node{"anyOf": []any{node{"enum": names}, node{"type": "string"}}, "description": "how the value comes to be, or templates.NAME"}
	return node{"type": "object", "required": required, "additionalProperties": false, "properties": properties, "allOf": cases}
}

func target(kinds Kinds) node {
	var aliases, names []string
	configs := map[string][]any{}
	for _, p := range kinds.Providers {
		aliases = append(aliases, p.Kind)
		for _, kind := range sorted(p.Targets) {
			names = append(names, kind)
			configs[kind] = append(configs[kind], orExpression(partial(p.Targets[kind])))
		}
	}
	var cases []any
	for _, kind := range sorted(configs) {
		cases = append(cases, when("kind", kind, node{"config": node{"anyOf": configs[kind]}}))
	}
	out := node{"type": "object", "required": []string{"provider", "kind"}, "additionalProperties": false, "properties": node{
		"provider": suggest(aliases, "an alias under providers, or a kind of provider"), "kind": suggest(names, "the kind of target"),
		"config": anything(), "profile": anything(), "description": text(""),
	}}
	if len(cases) > 0 {
		out["allOf"] = cases
	}
	return out
}

func template() node {
	field := closed("", node{"description": text(""), "generator": node{"$ref": "#/definitions/generator"}, "targets": node{"$ref": "#/definitions/targets"}})
	return closed("", node{"description": text(""), "fields": named(field, "the fields, in order"), "targets": node{"$ref": "#/definitions/targets"}})
}
