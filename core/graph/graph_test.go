package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/graph"
	"github.com/secretzero/sz/core/secretfile"
)

// load reads lines of NAME: TEXT as composed secrets.
func load(t *testing.T, lines []string) *secretfile.File {
	t.Helper()
	var b strings.Builder
	b.WriteString("secrets:\n")
	for _, line := range lines {
		name, text, _ := strings.Cut(line, ": ")
		fmt.Fprintf(&b, "  - {name: %s, kind: compose, config: {value: \"%s\"}, targets: [{provider: p, kind: k}]}\n", name, text)
	}
	return read(t, b.String())
}

func read(t *testing.T, text string) *secretfile.File {
	t.Helper()
	f, found := secretfile.Load("Secretfile.yml", []byte(text), secretfile.Options{})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return f
}

func TestOrderPutsInputsFirst(t *testing.T) {
	cases := []struct{ name, lines, want string }{
		{"by name", "b: x|a: x|c: x", "a b c"},
		{"behind an input", "a: {{secret.z}}|z: x|m: x", "m z a"},
		{"a chain", "a: {{secret.b}}|b: {{secret.c}}|c: x", "c b a"},
		{"a diamond", "top: {{secret.l}}{{secret.r}}|l: {{secret.base}}|r: {{secret.base}}|base: x", "base l r top"},
		{"the same input twice", "a: {{secret.b}}{{secret.b}}|b: x", "b a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lines := strings.Split(c.lines, "|")
			for range 5 {
				rand.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
				g, found := graph.Build(load(t, lines), nil)
				if got := strings.Join(g.Order(), " "); got != c.want || len(found) > 0 {
					t.Fatalf("%q, want %q; %v", got, c.want, found)
				}
			}
		})
	}
}

func TestCirclesAreShownAsTheirPath(t *testing.T) {
	cases := []struct {
		name, lines string
		want        []string
	}{
		{"itself", "a: {{secret.a}}", []string{"1: a → a"}},
		{"two", "b: {{secret.a}}|a: {{secret.b}}", []string{"2: a → b → a"}},
		{"behind others", "a: {{secret.b}}|b: {{secret.c}}|c: {{secret.d}}|d: {{secret.b}}", []string{"3: b → c → d → b"}},
		{"two circles", "a: {{secret.b}}|b: {{secret.a}}|c: {{secret.d}}|d: {{secret.c}}", []string{"2: a → b → a", "2: c → d → c"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, found := graph.Build(load(t, strings.Split(c.lines, "|")), nil)
			var got []string
			for _, d := range found {
				_, path, _ := strings.Cut(d.Summary, "circle: ")
				got = append(got, fmt.Sprintf("%d: %s", len(d.Related)+1, path))
				if d.Code != "secret-cycle" || d.Range.IsZero() {
					t.Errorf("%+v", d)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if len(g.Order()) != strings.Count(c.lines, "|")+1 {
				t.Errorf("the order has %q", g.Order())
			}
		})
	}
}

func TestWhatRefersToNothing(t *testing.T) {
	text := `secrets:
  - {name: db, kind: templates.t, targets: [{provider: p, kind: k}]}
  - {name: map, kind: static, config: {value: {user: u}}}
  - {name: text, kind: static, config: {value: x}}
  - name: all
    kind: compose
    targets: [{provider: p, kind: k}]
    config:
      value: "%s"
templates: {t: {fields: {user: {generator: {kind: static, config: {value: x}}}, password: {generator: {kind: made}}}}}
`
	cases := []struct{ ref, code, hint string }{
		{"{{secret.db.user}}", "", ""},
		{"{{secret.db | json}}", "", ""},
		{"{{secret.map.user}}{{secret.text}}", "", ""},
		{"{{secret.bd.user}}", "missing-secret", `did you mean "db"?`},
		{"{{secret.other}}", "missing-secret", "declare it"},
		{"{{secret.db.usr}}", "missing-field", `did you mean "user"?`},
		{"{{secret.db}}", "missing-field", "its fields are user, password; all of them are read as JSON with the encoder json"},
		{"{{secret.text.user}}", "missing-field", "it is a single value: read it as secret.text"},
		{"{{secret.map.host}}", "missing-field", "its fields are user"},
		{"{{secret.all.x}}", "missing-field", "it is a single value: read it as secret.all"},
	}
	for _, c := range cases {
		t.Run(c.ref, func(t *testing.T) {
			_, found := graph.Build(read(t, fmt.Sprintf(text, c.ref)), nil)
			code, hint := "", ""
			for _, d := range found {
				code, hint = d.Code, d.Hint
				if d.Range.Start.Line != 9 {
					t.Errorf("at %s", d.Range)
				}
			}
			if code != c.code || hint != c.hint {
				t.Errorf("%q %q", code, hint)
			}
		})
	}
}

func TestFieldsOfOneSecretMayBeBuiltOfEachOther(t *testing.T) {
	text := `secrets: [{name: db, kind: templates.t, targets: [{provider: p, kind: k}]}]
templates:
  t:
    fields:
      a: {generator: {kind: compose, config: {value: "x{{secret.db.b}}"}}}
      b: {generator: {kind: compose, config: {value: "x{{secret.db.%s}}"}}}
      c: {generator: {kind: made}}
`
	if _, found := graph.Build(read(t, fmt.Sprintf(text, "c")), nil); len(found) > 0 {
		t.Error(found)
	}
	_, found := graph.Build(read(t, fmt.Sprintf(text, "a")), nil)
	if len(found) != 1 || !strings.HasSuffix(found[0].Summary, "circle: db.a → db.b → db.a") || len(found[0].Related) != 1 {
		t.Errorf("%+v", found)
	}
}

func TestLongChainsAndWideGraphs(t *testing.T) {
	lines := []string{"s0: x"}
	for i := 1; i < 3000; i++ {
		lines = append(lines, fmt.Sprintf("s%d: {{secret.s%d}}{{secret.s0}}", i, i-1))
	}
	g, found := graph.Build(load(t, lines), nil)
	if len(found) > 0 || g.Order()[0] != "s0" || g.Order()[2999] != "s2999" || len(g.Users("s0")) != 2999 || len(g.Edges()) != 2*2999 {
		t.Errorf("%d problems", len(found))
	}
}
