package secretfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

// has reports whether a code is among the problems.
func has(found diag.List, code string) bool {
	for _, d := range found {
		if d.Code == code {
			return true
		}
	}
	return false
}

// TestHostileFilesCostLittle gives files that are small to write and large to
// work with.
func TestHostileFilesCostLittle(t *testing.T) {
	double := func(form string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "variables:\n  v0: %s\n", strings.Repeat("x", 64))
		for i := 1; i < 60; i++ {
			fmt.Fprintf(&b, "  v%d: "+form+"\n", i, i-1, i-1)
		}
		return b.String() + "secrets: []\n"
	}
	cases := []struct{ name, text, code string }{
		{"large", strings.Repeat("# comment\n", 1<<20), "file-too-large"},
		{"doubling text", double(`"{{var.v%d}}{{var.v%d}}"`), "text-too-large"},
		{"doubling lists", double(`["{{var.v%d}}", "{{var.v%d}}"]`), "text-too-large"},
		{"many pieces", "metadata: [" + strings.Repeat("a,", 1<<21) + "a]\nsecrets: []\n", "too-much"},
		{"many errors", "variables: {a: [" + strings.Repeat("'{{var.x}}',", 100_000) + "]}\nsecrets: []\n", "too-many-problems"},
		{"many openings", "metadata: {a: '" + strings.Repeat("{{", 1<<20) + "'}\nsecrets: []\n", "unclosed-expression"},
		{"many brackets", strings.Repeat("[", 1<<19), "too-much"},
		{"a long line", "metadata: {a: '" + strings.Repeat("é", 1<<20) + "', b: '{{var.x}}'}\nsecrets: []\n", "undefined-variable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, found := secretfile.Load("Secretfile.yml", []byte(c.text), secretfile.Options{Env: everySet})
			if !has(found, c.code) {
				t.Errorf("no %s, but %s", c.code, showProblems(found[:min(len(found), 3)]))
			}
			var sources *diag.Sources
			if f != nil {
				sources = f.Sources
			}
			if shown := diag.Render(found, sources, diag.RenderOptions{}); len(shown) > 1<<20 {
				t.Errorf("%d bytes are shown", len(shown))
			}
		})
	}
}

// TestHostileFilesInHCLCostLittle is the same for the other language.
func TestHostileFilesInHCLCostLittle(t *testing.T) {
	doubling := func(form string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "variables = {\nv0 = %q\n", strings.Repeat("x", 64))
		for i := 1; i < 60; i++ {
			fmt.Fprintf(&b, "v%d = "+form+"\n", i, i-1, i-1)
		}
		return b.String() + "}\nsecrets = []\n"
	}
	cases := []struct{ name, text, code string }{
		{"large", strings.Repeat("# comment\n", 1<<20), "file-too-large"},
		{"50 MiB", strings.Repeat("a = 1\n", 50<<20/6), "file-too-large"},
		{"doubling text", doubling(`"${var.v%d}${var.v%d}"`), "text-too-large"},
		{"doubling lists", doubling(`[var.v%d, var.v%d]`), "text-too-large"},
		{"many pieces", "a = [" + strings.Repeat("1,", 1<<21) + "1]\n", "too-much"},
		{"many blocks", strings.Repeat("a {}\n", 1<<20), "too-much"},
		{"many brackets", "a = " + strings.Repeat("[", 100_000), "too-much"},
		{"many parentheses", "a = " + strings.Repeat("(", 100_000), "too-much"},
		{"many braces", "a = " + strings.Repeat("{a=", 100_000), "too-much"},
		{"many blocks in each other", strings.Repeat("a {\n", 100_000), "too-much"},
		{"many templates", `a = ` + strings.Repeat(`"${`, 100_000), "too-much"},
		{"many directives", `a = "` + strings.Repeat(`%{ if x }`, 100_000), "too-much"},
		{"many signs", "a = " + strings.Repeat("-", 100_000) + "1", "too-much"},
		{"many conditions", "a = " + strings.Repeat("x ? y : ", 100_000) + "1", "too-much"},
		{"a long sum", "a = 1" + strings.Repeat("+1", 200_000), "bad-expression"},
		{"a long name", "metadata {\na = var" + strings.Repeat(".b", 200_000) + "\n}\nsecrets = []\n", "undefined-variable"},
		{"a large number", "metadata {\na = 1e999999999\n}\nsecrets = []\nb = 1\n", "unknown-key"},
		{"a long line", "metadata {\na = \"" + strings.Repeat("é", 1<<20) + "\"\nb = var.x\n}\nsecrets = []\n", "undefined-variable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, found := secretfile.Load("Secretfile.hcl", []byte(c.text), secretfile.Options{Env: everySet})
			if !has(found, c.code) {
				t.Errorf("no %s, but %s", c.code, showProblems(found[:min(len(found), 3)]))
			}
			if shown := diag.Render(found, sourcesOf(f), diag.RenderOptions{}); len(shown) > 1<<20 {
				t.Errorf("%d bytes are shown", len(shown))
			}
		})
	}
}

func TestLongEnvironmentTextIsRefused(t *testing.T) {
	env := func(name string) (string, bool) { return strings.Repeat("x", 1<<20+1), name == "A" }
	_, found := secretfile.Load("f", []byte("metadata: {a: '${A}'}\nsecrets: []\n"), secretfile.Options{Env: env})
	if !has(found, "text-too-large") {
		t.Error(showProblems(found))
	}
}
