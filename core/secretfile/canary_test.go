package secretfile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

const canary = "h4nter2"

// leaks are ways to write a stated value, most of them wrong in some way. The
// value is in each; it must be in nothing that is shown.
var leaks = map[string]string{
	"plain":                   "      value: h4nter2\n",
	"comment":                 "      value: abc #h4nter2\n      other #h4nter2: 1\n",
	"comment behind":          "      value: abc # h4nter2\n      value: x # h4nter2\n",
	"quoted":                  "      value: \"h4nter2 {{var.undefined}}\"\n",
	"bad expression":          "      value: \"x{{h4nter2}}\"\n      default: \"${h4nter2 }\"\n",
	"bad tail":                "      value: \"{{var.x h4nter2}}\"\n",
	"unclosed":                "      value: \"{{h4nter2\"\n      default: \"${h4nter2\"\n",
	"unquoted unclosed":       "      value: {{var.x h4nter2\n",
	"alias":                   "      value: *h4nter2\n",
	"tag":                     "      value: !h4nter2\n",
	"local tag":               "      value: !x!h4nter2 a\n",
	"anchor":                  "      value: &h4nter2\n",
	"directive":               "      value: @h4nter2\n",
	"percent":                 "      value: %h4nter2\n",
	"escape":                  "      value: \"\\h4nter2\"\n",
	"mapping in a scalar":     "      value: h4nter2: x: y\n",
	"duplicate":               "      value: a\n      value: h4nter2\n",
	"duplicate block":         "      value: a\n      value: |\n        h4nter2\n        {{var.nope}}\n",
	"mistyped key":            "      valeu: h4nter2\n",
	"folded":                  "      value: >\n        one\n\n        {{var.nope}} h4nter2\n      length: {{var.nope}}\n",
	"literal":                 "      value: |\n        h4nter2 {{var.nope}}\n",
	"plain on many lines":     "      value: one\n        h4nter2 {{var.nope}}\n",
	"quoted on many lines":    "      value: \"one\n        h4nter2 {{var.nope}}\"\n",
	"map":                     "      value: {a: h4nter2, b: \"{{var.nope}}\", c: [h4nter2, {{x}}]}\n",
	"key that is no text":     "      value: {5: h4nter2, [a]: h4nter2}\n",
	"merge":                   "      <<: h4nter2\n      <<: [h4nter2]\n",
	"flow on one line":        "      {value: h4nter2, validation: \"{{var.nope}}\", prompt: 5}\n",
	"default in expression":   "      value: \"{{var.nope2.x or 'h4nter2'}}{{var.nope}}\"\n",
	"default of environment":  "      value: \"${NOPE:-h4nter2}\"\n      validation: \"{{var.nope}}\"\n",
	"variable":                "      value: \"{{var.held}}\"\n",
	"variable with a fault":   "      value: \"{{var.faulty}}\"\n",
	"variable of a variable":  "      value: \"x{{var.indirect.a}}\"\n",
	"environment":             "      value: \"${SECRET_VALUE}{{var.nope}}\"\n",
	"environment in a number": "      value: [\"${SECRET_VALUE}\"]\n      validation: \"${SECRET_VALUE}\"\n",
	"not a map":               "      h4nter2\n",
	"a list":                  "      - h4nter2\n",
	"second document":         "      value: h4nter2\n---\na: h4nter2\n",
	"nul":                     "      value: h4nter2\x00\n",
}

const before = `variables: {plain: p, held: h4nter2, faulty: "h4nter2 {{var.nope}}", indirect: {a: "{{var.held}}", b: "{{var.nope}}"}}
secrets:
  - name: a
    kind: static
    config:
`

// around are wrong pieces next to a stated value, so that its lines are quoted.
var around = []string{
	before + "%s",
	before + "%s    tragets: []\n    value: h4nter2\n    source: h4nter2\n",
	strings.Replace(before, "kind: static", "knid: static", 1) + "%s",
	strings.Replace(before, "kind: static", "kind: compose", 1) + "%s",
	strings.Replace(before, "    config:", "    kind: templates.t\n    config:", 1) + "%s",
}

func TestStatedValuesAreNeverShown(t *testing.T) {
	env := func(name string) (string, bool) { return canary, name == "SECRET_VALUE" }
	for name, leak := range leaks {
		for i, form := range around {
			text := fmt.Sprintf(form, leak)
			f, found := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{Env: env})
			if f != nil {
				found = append(found, everything(f)...)
			}
			notShown(t, fmt.Sprintf("%s, %d", name, i), f, found)
		}
	}
}

// hclLeaks are the same in HCL.
var hclLeaks = map[string]string{
	"plain":                 "value = \"h4nter2\"\n",
	"bare":                  "value = h4nter2\n",
	"dotted":                "value = h4nter2.x\n",
	"index":                 "value = var.x[h4nter2]\n",
	"sum":                   "value = \"h4nter2\" + 1\n",
	"call":                  "value = h4nter2(\"h4nter2\")\n",
	"arguments":             "value = env(\"h4nter2 \")\n",
	"default":               "value = \"${try(var.nope.x, \"h4nter2\")}${var.nope}\"\n",
	"environment default":   "value = env(\"NOPE\", \"h4nter2\")\nvalidation = var.nope\n",
	"template":              "value = \"h4nter2 ${var.nope}\"\n",
	"bad template":          "value = \"h4nter2 ${nope}\"\n",
	"directive":             "value = \"%{ if h4nter2 }h4nter2%{ endif }\"\n",
	"heredoc":               "value = <<EOT\nh4nter2 ${var.nope}\nEOT\n",
	"heredoc without end":   "value = <<EOT\nh4nter2\n",
	"unclosed":              "value = \"h4nter2\n",
	"list":                  "value = [\"h4nter2\", h4nter2, var.nope]\n",
	"map":                   "value = { a = \"h4nter2\", (h4nter2) = h4nter2, 5 = \"h4nter2\", b = var.nope }\n",
	"duplicate":             "value = 1\nvalue = \"h4nter2\"\n",
	"duplicate in a map":    "value = { a = \"x\", a = \"h4nter2\" }\n",
	"mistyped key":          "valeu = \"h4nter2\"\n",
	"block":                 "value {\n  a = \"h4nter2\"\n  b = var.nope\n}\n",
	"labelled block":        "value \"h4nter2\" {\n  a = \"h4nter2\"\n}\n",
	"comment":               "value = 5 # h4nter2\nother = 1 // h4nter2\nthird = 2 /* h4nter2 */\n",
	"two on a line":         "value = 5 h4nter2\n",
	"variable":              "value = var.held\n",
	"variable with a fault": "value = var.faulty\n",
	"secret with a fault":   "value = \"h4nter2${secret.a.b.c}\"\n",
	"environment":           "value = \"${env(\"SECRET_VALUE\")}${var.nope}\"\n",
	"nul":                   "value = \"h4nter2\x00\"\n",
}

func TestStatedValuesAreNeverShownInHCL(t *testing.T) {
	const head = "variables = {\n  held   = \"h4nter2\"\n  faulty = \"h4nter2 ${var.nope}\"\n}\nsecret \"a\" {\n"
	around := []string{
		head + "kind = \"static\"\nconfig {\n%s}\n}\n",
		head + "knid = \"static\"\nconfig {\n%s}\n}\n",
		head + "kind = \"compose\"\nconfig {\n%s}\nsource = \"h4nter2\"\nvalue = \"h4nter2\"\n}\n",
		head + "kind = \"templates.t\"\nconfig {\n%s}\n}\n",
		head + "kind = \"static\"\nconfig = {\n%s}\n}\n",
		"variables = {}\ntemplate \"t\" {\nfield \"f\" {\ngenerator \"static\" {\n%s}\n}\n}\nsecret \"a\" {\nkind = \"templates.t\"\n}\n",
	}
	env := func(name string) (string, bool) { return canary, name == "SECRET_VALUE" }
	for name, leak := range hclLeaks {
		for i, form := range around {
			text := fmt.Sprintf(form, leak)
			f, found := secretfile.Load("Secretfile.hcl", []byte(text), secretfile.Options{Env: env})
			if f != nil {
				found = append(found, everything(f)...)
			}
			notShown(t, fmt.Sprintf("%s, %d", name, i), f, found)
		}
	}
}

// notShown looks for the canary in everything that can be shown.
func notShown(t *testing.T, name string, f *secretfile.File, found diag.List) {
	t.Helper()
	shown := map[string]string{"rendered": diag.Render(found, sourcesOf(f), diag.RenderOptions{}), "listed": showProblems(found)}
	document, err := json.Marshal(found.Documents())
	shown["documents"] = string(document)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		shown[verb] = fmt.Sprintf(verb, f) + fmt.Sprintf(verb, found)
	}
	for how, text := range shown {
		if strings.Contains(text, canary) || err != nil {
			t.Errorf("%s: %s:\n%s", name, how, text)
		}
	}
}

func sourcesOf(f *secretfile.File) *diag.Sources {
	if f == nil {
		return nil
	}
	return f.Sources
}

// everything finds a fault with every value of a file, as a schema without any
// key does, and points at it.
func everything(f *secretfile.File) diag.List {
	var found diag.List
	point := func(g secretfile.Generator) {
		_, faults := f.CheckConfig("config", g.Config, schema.Object{})
		found = append(found, faults...)
		for _, field := range g.Config.Fields() {
			found = append(found, diag.Diagnostic{Code: "here", Summary: "value", Range: field.Value.Range()}, diag.Diagnostic{Code: "here", Summary: "key", Range: field.KeyRange})
		}
	}
	for _, s := range f.Secrets {
		if s.Generator != nil {
			point(*s.Generator)
		}
		for _, field := range s.Fields {
			point(field.Generator)
		}
	}
	return found
}

func TestProviderCredentialsAreNeverShown(t *testing.T) {
	text := `providers:
  azure: {auth: {kind: x, client_secret: h4nter2, token: "h4nter2{{var.nope}}"}, knid: y}
  other: {auth: {kind: x, config: {odd: h4nter2}}}
secrets: []
`
	f, found := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{})
	auth := schema.Object{Attributes: []schema.Attribute{{Name: "kind", Type: schema.Type{Kind: schema.Number}}, {Name: "odd", Sensitive: true, Type: schema.Type{Kind: schema.Number}}}}
	object := schema.Object{Attributes: []schema.Attribute{{Name: "auth", Type: schema.Type{Kind: schema.Map, Object: &auth}}}}
	for _, p := range f.Providers {
		_, faults := f.CheckConfig("provider "+p.Alias, p.Config, object)
		found = append(found, faults...)
	}
	shown := diag.Render(found, f.Sources, diag.RenderOptions{}) + fmt.Sprintf("%v %+v", f, f)
	if strings.Contains(shown, canary) || !strings.Contains(shown, "(sealed)") {
		t.Error(shown)
	}
}
