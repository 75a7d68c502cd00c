package secretfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
			begin := time.Now()
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
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestLongEnvironmentTextIsRefused(t *testing.T) {
	env := func(string) (string, bool) { return strings.Repeat("x", 1<<20+1), true }
	_, found := secretfile.Load("f", []byte("metadata: {a: '${A}'}\nsecrets: []\n"), secretfile.Options{Env: env})
	if !has(found, "text-too-large") {
		t.Error(showProblems(found))
	}
}

func BenchmarkLoad1000(b *testing.B) {
	var text strings.Builder
	text.WriteString("variables: {app: shop}\nsecrets:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - name: secret_%d\n    kind: random_password\n    config:\n      length: 32\n    targets:\n"+
			"      - provider: azure\n        kind: key_vault\n        config:\n          vault_url: https://{{var.app}}.vault.azure.net\n          secret_name: s-%d\n", i, i)
	}
	for b.Loop() {
		if _, found := secretfile.Load("f", []byte(text.String()), secretfile.Options{}); found.HasErrors() {
			b.Fatal(showProblems(found))
		}
	}
}
