package secretfile_test

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

func definitionOf(t *testing.T, text string) string {
	t.Helper()
	f, found := secretfile.Load("f", []byte(text), secretfile.Options{Env: everySet})
	if found.HasErrors() {
		t.Fatal(showProblems(found))
	}
	if d := f.Secrets[0].Definition; len(d) == 64 {
		return d
	}
	t.Fatalf("definition %q", f.Secrets[0].Definition)
	return ""
}

const defined = `variables: {v: one}
providers: {p: {kind: azure}, q: {kind: azure}}
secrets:
  - name: a
    kind: templates.t
templates:
  t:
    fields:
      f: {generator: {kind: static, config: {value: first, validation: x}}}
      g: {generator: {kind: random_string, config: {length: 20, upper: true}}}
    targets:
      - {provider: p, kind: key_vault, config: {secret_name: "x-{{var.v}}"}}
`

func TestDefinition(t *testing.T) {
	same := map[string][2]string{
		"value":          {"value: first", "value: second"},
		"long value":     {"value: first", `value: "{{var.v}} and more"`},
		"variable":       {"v: one", "v: two"},
		"order of keys":  {"length: 20, upper: true", "upper: true, length: 20"},
		"comment":        {"templates:", "# comment\ntemplates:"},
		"quotes":         {"kind: static", `kind: "static"`},
		"alias":          {"provider: p", "provider: q"},
		"name":           {"name: a", "name: b"},
		"block of flow":  {"config: {length: 20, upper: true}}}", "config: {\n        length: 20,\n        upper: true}}}"},
		"provider":       {"kind: azure}, q", "kind: azure, config: {a: b}}, q"},
		"unquoted value": {"value: first", "value: 'first'"},
	}
	differs := map[string][2]string{
		"length":        {"length: 20", "length: 21"},
		"kind":          {"random_string", "random_password"},
		"target":        {"kind: key_vault", "kind: key"},
		"address":       {"x-{{var.v}}", "y-{{var.v}}"},
		"kind of value": {"value: first", "value: 1"},
		"validation":    {"validation: x", "validation: y"},
		"field":         {"      g:", "      h:"},
	}
	base := definitionOf(t, defined)
	for name, change := range same {
		if definitionOf(t, strings.Replace(defined, change[0], change[1], 1)) != base {
			t.Errorf("%s changes the definition", name)
		}
	}
	for name, change := range differs {
		if definitionOf(t, strings.Replace(defined, change[0], change[1], 1)) == base {
			t.Errorf("%s does not change the definition", name)
		}
	}
}

func TestCheckConfigPointsAtTheFault(t *testing.T) {
	text := "secrets:\n  - name: a\n    kind: random_string\n    config:\n      length: long\n      list: [1, x]\n      lenght: 5\n    targets: [{provider: azure, kind: key_vault}]\n"
	f, found := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{})
	if found.HasErrors() {
		t.Fatal(showProblems(found))
	}
	object := schema.Object{Attributes: []schema.Attribute{
		{Name: "length", Type: schema.Type{Kind: schema.Number}},
		{Name: "list", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.Number}}},
		{Name: "charset", Type: schema.Type{Kind: schema.String}, Required: true},
	}}
	_, found = f.CheckConfig("secret a", f.Secrets[0].Generator.Config, object)
	got := showProblems(found.Sorted())
	want := `5:7-7:16 error missing-key: secret a: key "charset" is required
5:15-5:19 error wrong-type: secret a: "length" must be a number, not a string
  write the number without quotes
6:17-6:18 error wrong-type: secret a: "list[1]" must be a number, not a string
  write the number without quotes
7:7-7:13 error unknown-key: secret a: unknown key "lenght"
  did you mean "length"?
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRangeOfIsTheNearestKnown(t *testing.T) {
	f, _ := secretfile.Load("Secretfile.yml", []byte("metadata: {a: {b: [x, y]}}\nsecrets: []\n"), secretfile.Options{})
	cases := []struct {
		path  schema.Path
		onKey bool
		want  string
	}{
		{schema.Keys("a"), true, "1:12-1:13"},
		{schema.Path{{Key: "a"}, {Key: "b"}, {Index: 1}}, false, "1:23-1:24"},
		{schema.Path{{Key: "a"}, {Key: "b"}, {Index: 9}}, false, "1:19-1:24"},
		{schema.Keys("a", "nope"), true, "1:15-1:24"},
	}
	for _, c := range cases {
		got := place(f.Metadata.All.RangeOf(c.path, c.onKey))
		if !strings.HasPrefix(got, strings.SplitN(c.want, "-", 2)[0]+"-") {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

func TestEnvNamesAreKeptThroughVariables(t *testing.T) {
	text := "variables: {host: \"${HOST}\", url: \"https://{{var.host}}/{{var.host}}\"}\nmetadata: {a: [\"{{var.url}}\"], b: \"{{var.host}}\"}\nsecrets: []\n"
	f, found := secretfile.Load("f", []byte(text), secretfile.Options{Env: everySet})
	if names := f.Metadata.All.EnvNames(); len(found) > 0 || len(names) != 1 || names[0] != "HOST" {
		t.Errorf("%v %v", names, found)
	}
	if v := f.Metadata.All.Get("a").Items()[0].Schema(); !v.Sealed() || v.Expose() != "https://value-of-HOST/value-of-HOST" {
		t.Errorf("%s", v.Expose())
	}
}

func TestEveryNodeOfATemplateIsSharedUnchanged(t *testing.T) {
	text := "variables: {l: [x]}\nmetadata: {l: \"{{var.l}}\"}\nsecrets:\n  - {name: a, kind: static, config: {value: \"{{var.l}}\"}}\n"
	f, _ := secretfile.Load("f", []byte(text), secretfile.Options{})
	if f.Metadata.All.Get("l").Items()[0].Schema().Sealed() {
		t.Error("sealing a stated value sealed the variable that it came from")
	}
	if !f.Secrets[0].Generator.Config.Get("value").Items()[0].Schema().Sealed() {
		t.Error("a stated value is not sealed")
	}
}

func TestLoadWithoutOptions(t *testing.T) {
	_, found := secretfile.Load("f", []byte("metadata: {a: \"${HOME}\"}\nsecrets: []\n"), secretfile.Options{})
	if err := found.Err(); err == nil || !has(found, "env-unset") {
		t.Errorf("%v", err)
	}
}
