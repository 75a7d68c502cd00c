package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/secretzero/sz/core/diag"
)

// texts are the files of the cases of core/secretfile and our own, with the
// reference examples where they are.
func texts(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	cases, _ := filepath.Glob("../secretfile/testdata/*.txtar")
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasPrefix(f.Name, "Secretfile.") && !strings.HasSuffix(f.Name, "quoted") {
				out[filepath.Base(path)+"/"+f.Name] = f.Data
			}
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d texts", len(out))
	}
	if root := os.Getenv("SZ_REFERENCE_EXAMPLES"); root != "" {
		examples, _ := filepath.Glob(filepath.Join(root, "*", "*.yml"))
		for _, path := range examples {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[path] = data
		}
	}
	return out
}

// TestConvertedThereAndBack prints what parses in the other language, and reads
// that back: the nodes are the same.
func TestConvertedThereAndBack(t *testing.T) {
	for name, text := range texts(t) {
		t.Run(name, func(t *testing.T) { thereAndBack(t, name, text) })
	}
}

func thereAndBack(t *testing.T, name string, text []byte) {
	from := LanguageOf(name, text)
	n, found := Parse(name, text, from, Secretfile, &diag.Sources{})
	if n == nil || found.HasErrors() {
		return
	}
	to := HCL
	if from == HCL {
		to = YAML
	}
	ReadComments(n, text, from)
	printed, found := Print(n, to, Secretfile)
	if found.HasErrors() {
		t.Logf("%v", found)
		return
	}
	again, found := Parse(name, printed, to, Secretfile, &diag.Sources{})
	if again == nil || found.HasErrors() {
		t.Fatalf("%v in\n%s", found, printed)
	}
	if diff := cmp.Diff(shown(n), shown(again)); diff != "" {
		t.Fatalf("%s\nin\n%s", diff, printed)
	}
	if before, after := comments(string(text), from), comments(string(printed), to); before > after {
		t.Errorf("%d comments became %d in\n%s", before, after, printed)
	}
	same, found := Print(again, from, Secretfile)
	if found.HasErrors() {
		t.Fatalf("%v", found)
	}
	back, found := Parse(name, same, from, Secretfile, &diag.Sources{})
	if back == nil || found.HasErrors() || shown(back) != shown(n) {
		t.Fatalf("%v in\n%s", found, same)
	}
}

// comments counts the comments that stand alone, which no other text looks like in
// the cases.
func comments(text string, language Language) int {
	n := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") || strings.Contains(line, " # ") {
			n++
		}
	}
	return n
}
