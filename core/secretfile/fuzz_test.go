package secretfile

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/secretzero/sz/core/diag"
)

func seeds(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			for _, file := range archive.Files {
				if strings.HasPrefix(file.Name, "Secretfile.") {
					f.Add(file.Data, strings.HasSuffix(file.Name, ".hcl"))
				}
			}
		}
	}
}

// FuzzLoad loads anything: no crash, every position within the text, and what is
// shown is bounded.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte, hcl bool) {
		name := "f.yml"
		if hcl {
			name = "f.hcl"
		}
		file, found := Load(name, text, Options{Env: func(name string) (string, bool) { return "e", len(name)%2 == 0 }})
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
	source := strings.TrimPrefix(string(text), "\ufeff")
	for _, p := range []diag.Pos{d.Range.Start, d.Range.End} {
		if d.Range.IsZero() || d.Code == "file-too-large" {
			return
		}
		if p.Offset < 0 || p.Offset > len(source) {
			t.Fatalf("%s at %+v is outside of the file", d.Code, p)
		}
		before := source[:p.Offset]
		line := strings.Count(before, "\n") + 1
		if column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1; line != p.Line || column != p.Column {
			t.Fatalf("%s at %+v is %d:%d", d.Code, p, line, column)
		}
	}
}
