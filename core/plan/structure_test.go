package plan_test

import (
	"slices"
	"testing"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// withPair serves a structured kind besides.
type withPair struct{ served }

func (w withPair) Generator(kind string) (schema.Object, bool) {
	if kind == "pair" {
		return attributes("field"), true
	}
	return w.served.Generator(kind)
}

func (withPair) GeneratorFields(kind string) []string {
	if kind == "pair" {
		return []string{"left", "right"}
	}
	return nil
}

const vault = "targets: [{provider: azure, kind: key_vault, config: {vault_url: x}}]"

func TestStructuredKinds(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		fields []string // that the one target receives
		code   string
	}{
		"as a secret":          {file: "secrets: [{name: s, kind: pair, " + vault + "}]", fields: []string{"left", "right"}},
		"one field of it":      {file: "secrets: [{name: s, kind: pair, config: {field: left}, " + vault + "}]"},
		"in a template":        {file: "secrets: [{name: s, kind: templates.t}]\ntemplates: {t: {fields: {f: {generator: {kind: pair}}}, " + vault + "}}", fields: []string{"f"}, code: "structured-field"},
		"picked in a template": {file: "secrets: [{name: s, kind: templates.t}]\ntemplates: {t: {fields: {f: {generator: {kind: pair, config: {field: left}}}}, " + vault + "}}", fields: []string{"f"}},
		"from elsewhere":       {file: "secrets: [{name: s, kind: pair, source: {kind: env, config: {name: A}}, " + vault + "}]"},
		"read whole":           {file: "secrets: [{name: s, kind: compose, config: {value: \"x{{secret.of}}\"}, " + vault + "}, {name: of, kind: pair, " + vault + "}]", code: "missing-field"},
		"a field read":         {file: "secrets: [{name: s, kind: compose, config: {value: \"x{{secret.of.right}}\"}, " + vault + "}, {name: of, kind: pair, " + vault + "}]"},
	} {
		t.Run(name, func(t *testing.T) {
			env := func(string) (string, bool) { return "x", true }
			file, found := secretfile.Load("Secretfile.yml", []byte(c.file), secretfile.Options{Env: env})
			if found.HasErrors() {
				t.Fatal(found)
			}
			desired, found := plan.Build(file, withPair{}, value.Outside{Env: env})
			code := ""
			for _, d := range found.Errors() {
				code += d.Code
			}
			if code != c.code {
				t.Fatalf("%v", found)
			}
			for _, s := range desired.Secrets {
				if s.Name == "s" && !slices.Equal(s.FieldsAt(s.Targets[0]), c.fields) {
					t.Errorf("fields %v", s.FieldsAt(s.Targets[0]))
				}
			}
		})
	}
}
