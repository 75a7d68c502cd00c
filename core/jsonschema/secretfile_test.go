package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/core/jsonschema"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

func text(name string) schema.Attribute {
	return schema.Attribute{Name: name, Type: schema.Type{Kind: schema.String}}
}

// kinds are what plugins in these tests serve.
func kinds() jsonschema.Kinds {
	length := schema.Attribute{Name: "length", Type: schema.Type{Kind: schema.Number}, Description: "how many characters"}
	auth := schema.Object{Attributes: []schema.Attribute{text("kind"), text("client_id")}}
	return jsonschema.Kinds{
		Generators: map[string]schema.Object{"random_password": {Attributes: []schema.Attribute{length}}},
		Providers: []jsonschema.Provider{{
			Kind:    "azure",
			Config:  schema.Object{Attributes: []schema.Attribute{{Name: "auth", Type: schema.Type{Kind: schema.Map, Object: &auth}}, text("ca_file")}},
			Targets: map[string]schema.Object{"key_vault": {Attributes: []schema.Attribute{text("vault_url"), text("secret_name")}}},
		}},
	}
}

func compiled(t *testing.T, kinds jsonschema.Kinds) *validator.Schema {
	t.Helper()
	encoded, err := json.Marshal(jsonschema.Document(kinds))
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("Secretfile.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("Secretfile.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func check(t *testing.T, s *validator.Schema, secretfile string) error {
	t.Helper()
	var document any
	if err := yaml.Unmarshal([]byte(secretfile), &document); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	value, err := validator.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestWhatAnEditorFinds(t *testing.T) {
	s := compiled(t, kinds())
	const target = "secrets:\n  - name: a\n    kind: random_password\n    targets:\n      - provider: azure\n        kind: key_vault\n        config: "
	cases := []struct {
		name, text string
		right      bool
	}{
		{"a target", target + "{vault_url: 'https://x'}\n", true},
		{"a mistyped setting of a target", target + "{vault_ulr: 'https://x'}\n", false},
		{"an expression for a map", target + "'{{var.config}}'\n", true},
		{"a number as an expression", "secrets:\n  - {name: a, kind: random_password, config: {length: '{{var.n}}'}}\n", true},
		{"a number as a text", "secrets:\n  - {name: a, kind: random_password, config: {length: 'x'}}\n", false},
		{"a mistyped key", "secrets: []\nversoin: 1\n", false},
		{"a secret without a kind", "secrets: [{name: a}]\n", false},
		{"a template", "secrets: [{name: a, kind: templates.t}]\ntemplates: {t: {fields: {f: {generator: {kind: static, config: {default: x}}}}}}\n", true},
		{"a mistyped setting of static", "secrets: [{name: a, kind: static, config: {valeu: x}}]\n", false},
		{"auth beside its kind", "secrets: []\nproviders: {azure: {auth: {kind: cli, client_id: x}}}\n", true},
		{"auth under config", "secrets: []\nproviders: {azure: {auth: {kind: cli, config: {client_id: x}}}}\n", true},
		{"a mistyped setting of auth", "secrets: []\nproviders: {p: {kind: azure, auth: {kind: cli, clientid: x}}}\n", false},
		{"a kind that is not installed", "secrets: [{name: a, kind: other, config: {x: 1}, targets: [{provider: aws, kind: ssm, config: {y: 1}}]}]\n", true},
		{"a period", "secrets: [{name: a, kind: static, rotation_period: 90d}]\n", true},
		{"no period", "secrets: [{name: a, kind: static, rotation_period: 90 days}]\n", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := check(t, s, c.text); (err == nil) != c.right {
				t.Errorf("right is %v, and the schema says %v", c.right, err)
			}
		})
	}
}

// TestWhatLoadsIsRightForAnEditor takes every case of the language that loads
// without an error. Where a parser of plain YAML reads it too, the schema must not
// complain.
func TestWhatLoadsIsRightForAnEditor(t *testing.T) {
	s := compiled(t, jsonschema.Kinds{})
	files, _ := filepath.Glob("../secretfile/testdata/*.txtar")
	checked := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if archive.Files[0].Name != "Secretfile.yml" || strings.Contains(string(archive.Files[len(archive.Files)-1].Data), " error ") {
			continue
		}
		text := string(archive.Files[0].Data)
		if f, _ := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{}); f == nil {
			continue
		}
		var document any
		if yaml.Unmarshal([]byte(text), &document) != nil {
			continue // unquoted expressions
		}
		if _, err := json.Marshal(document); err != nil {
			continue // keys that are maps, which those are to other parsers
		}
		checked++
		if err := check(t, s, text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if checked < 20 {
		t.Errorf("only %d cases were checked", checked)
	}
}

// TestReferenceExamplesAreRightForAnEditor is the same for the files that users
// start from.
func TestReferenceExamplesAreRightForAnEditor(t *testing.T) {
	root := os.Getenv("SZ_REFERENCE_EXAMPLES")
	if root == "" {
		t.Skip("SZ_REFERENCE_EXAMPLES names no directory with reference/ and upstream/")
	}
	s := compiled(t, jsonschema.Kinds{})
	files, _ := filepath.Glob(filepath.Join(root, "*", "*.yml"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// Formatting puts unquoted expressions between quotes.
		formatted, found, err := syntax.Format(file, text, syntax.YAML, syntax.Secretfile)
		if err != nil || found.HasErrors() {
			t.Fatal(err, found)
		}
		if err := check(t, s, string(formatted)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
