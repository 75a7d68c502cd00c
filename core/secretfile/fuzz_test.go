package secretfile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/secretzero/sz/core/diag"
)

func seeds(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			f.Add(archive.Files[0].Data)
		}
	}
}

// FuzzLoad loads anything: no crash, every position within the text, and what is
// shown is bounded.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		file, found := Load("f", text, Options{Env: func(name string) (string, bool) { return "e", len(name)%2 == 0 }})
		var sources *diag.Sources
		if file != nil {
			sources = file.Sources
		}
		if shown := diag.Render(found, sources, diag.RenderOptions{}); strings.ContainsAny(shown, "\x1b\x00") || len(shown) > 8<<20 {
			t.Fatalf("shown: %q", shown)
		}
		if file == nil && !found.HasErrors() {
			t.Fatal("nothing was read and nothing is wrong")
		}
		for _, d := range found {
			checkPlace(t, text, d)
		}
	})
}

func checkPlace(t *testing.T, text []byte, d diag.Diagnostic) {
	source := newText([]byte(strings.TrimPrefix(string(text), "\ufeff")))
	for _, p := range []diag.Pos{d.Range.Start, d.Range.End} {
		if d.Range.IsZero() || d.Code == "file-too-large" {
			return
		}
		if p.Offset < 0 || p.Offset > len(source.text) || source.pos(p.Offset) != p {
			t.Fatalf("%s at %+v is outside of the file", d.Code, p)
		}
	}
}

// FuzzInterpolate splits anything: the literals and expressions are in order, do
// not overlap, and what is neither escaped nor an expression comes out as it is.
func FuzzInterpolate(f *testing.F) {
	for _, seed := range []string{"", "$${x}", "${A:-b}c", "{{var.a or 'x'}}", "{{'{{'}}", "{{", "a${", "{{secret['a.b'].c | url}}", "é{{var.é}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, found := interpolate("f", text, func(offset int) diag.Pos { return diag.Pos{Line: 1, Column: offset + 1, Offset: offset} })
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
	seeds(f)
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
