package syntax

import (
	"bytes"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
)

// FuzzInterpolate splits anything: the literals and expressions are in order, do
// not overlap, and what is neither escaped nor an expression comes out as it is.
func FuzzInterpolate(f *testing.F) {
	for _, seed := range []string{"", "$${x}", "${A:-b}c", "{{var.a or 'x'}}", "{{'{{'}}", "{{", "a${", "{{secret['a.b'].c | url}}", "é{{var.é}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, found := interpolate("f", text, at{func(offset int) int { return offset }, func(offset int) diag.Pos {
			return diag.Pos{Line: 1, Column: offset + 1, Offset: offset}
		}})
		end := 0
		for _, p := range parts {
			if p.Range.Start.Offset < end || p.Range.End.Offset > len(text) || p.Expr == nil && p.Literal == "" {
				t.Fatalf("part %+v of %q", p, text)
			}
			end = p.Range.End.Offset
		}
		if !strings.Contains(text, "{{") && !strings.Contains(text, "${") {
			if len(found) > 0 || len(parts) > 1 || len(parts) == 1 && parts[0].Literal != text {
				t.Fatalf("%q became %+v", text, parts)
			}
		}
	})
}

// FuzzPrequote quotes in anything: with the quotes taken out again it is the same
// text, so that no position can be off by more than them.
func FuzzPrequote(f *testing.F) {
	for name, text := range texts(f) {
		if LanguageOf(name, text) == YAML {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		out, moved := prequote(text)
		if len(moved.offsets) == 0 && string(out) != string(text) {
			t.Fatalf("%q became %q", text, out)
		}
		if lines := strings.Count(string(text), "\n"); strings.Count(string(out), "\n") != lines {
			t.Fatalf("%q lost a line", text)
		}
		if strings.ReplaceAll(string(out), "'", "") != strings.ReplaceAll(string(text), "'", "") {
			t.Fatalf("%q became %q", text, out)
		}
	})
}

// edges are texts that were wrong once.
var edges = map[Language][]string{
	YAML: {"- A:", "!!map\nts: !!seq", "environments: {de&ault: dev, profiles: {dev: {}}}\nsecrets:", "a: \"{{{'$'}}${A}\"", "a: '{{''{''}}{{var.x}}'", "secrets: [{b: , name: db}]"},
	HCL:  {"a = \"{{x {$$}\"", "a = \"$${env(\\\"A\\\")}\"", "a = \"{${var.x}\"", "a = \"$$$${x}\"", "a = <<EOT\n}\nEOT\n"},
}

// FuzzYAML parses anything: no crash, nothing read is nothing said, and what is
// printed in the other language says the same.
func FuzzYAML(f *testing.F) { fuzzParse(f, YAML) }

// FuzzHCL is the same for the other language.
func FuzzHCL(f *testing.F) { fuzzParse(f, HCL) }

func fuzzParse(f *testing.F, language Language) {
	for name, text := range texts(f) {
		if LanguageOf(name, text) == language {
			f.Add(text)
		}
	}
	for _, edge := range edges[language] {
		f.Add([]byte(edge))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, found := Parse("f", text, language, Secretfile, &diag.Sources{})
		if n == nil {
			if !found.HasErrors() {
				t.Fatalf("nothing was read, and %d problems", len(found))
			}
			return
		}
		if found.HasErrors() {
			return
		}
		for _, to := range []Language{YAML, HCL} {
			printed, cannot := Print(n, to, Secretfile)
			if cannot.HasErrors() {
				continue
			}
			again, found := Parse("f", printed, to, Secretfile, &diag.Sources{})
			if again == nil && len(n.Entries) == 0 && len(n.Items) == 0 {
				continue // an empty map is an empty file
			}
			if again == nil || found.HasErrors() || unordered(again) != unordered(n) {
				t.Fatalf("%v\n%s\nis in %s\n%s", found, shown(n), to, printed)
			}
		}
	})
}

// FuzzFormat formats anything that parses: what it says stays the same, and a
// second time changes nothing.
func FuzzFormat(f *testing.F) {
	for name, text := range texts(f) {
		f.Add(text, LanguageOf(name, text) == HCL)
	}
	f.Fuzz(func(t *testing.T, text []byte, hcl bool) {
		language := YAML
		if hcl {
			language = HCL
		}
		out, _, err := Format("f", text, language, Secretfile)
		if out == nil || err != nil {
			return
		}
		before, _ := Parse("f", text, language, Secretfile, &diag.Sources{})
		after, _ := Parse("f", out, language, Secretfile, &diag.Sources{})
		if after == nil || shown(before) != shown(after) {
			t.Fatalf("%q became %q", text, out)
		}
		again, _, err := Format("f", out, language, Secretfile)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%q became %q and then %q", text, out, again)
		}
	})
}
