package secretfile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var codeForm = regexp.MustCompile(`(?:Code: |(?:report|notice|fault)\([^"\n]*|Code, d\.Summary, d\.Hint = |"\}", )"([a-z0-9-]+)"`)

// notInCases are the codes whose cases would be megabytes; limits_test.go has them.
var notInCases = []string{"file-too-large", "text-too-large", "too-many-problems"}

// oneLanguage are the codes of what only one language can say.
var oneLanguage = map[string]string{
	"bad-tag": "yml", "bad-merge": "yml", "empty-anchor": "yml", "second-document": "yml",
	"unclosed-env": "yml", "unclosed-expression": "yml", // in HCL that is no syntax
	"bad-labels": "hcl",
}

// TestEveryCodeHasACase reads the codes from the source of this package and of
// core/syntax. Each has a case in each language.
func TestEveryCodeHasACase(t *testing.T) {
	cases := map[string]string{}
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := string(archive.Files[len(archive.Files)-1].Data)
		for _, f := range archive.Files {
			if rest, ok := strings.CutPrefix(f.Name, "Secretfile."); ok {
				cases[rest[:3]] += want
			}
		}
	}
	codes := sourceCodes(t)
	if len(codes) < 40 {
		t.Errorf("only %d codes found in the source", len(codes))
	}
	for code := range codes {
		for language, text := range cases {
			if only := oneLanguage[code]; only != "" && only != language {
				continue
			}
			if !strings.Contains(text, " "+code+": ") {
				t.Errorf("no case in %s has the code %s", language, code)
			}
		}
	}
}

func sourceCodes(t *testing.T) map[string]bool {
	sources, _ := filepath.Glob("*.go")
	front, _ := filepath.Glob("../syntax/*.go")
	codes := map[string]bool{}
	for _, file := range append(sources, front...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range codeForm.FindAllStringSubmatch(string(data), -1) {
			codes[m[1]] = true
		}
	}
	for _, code := range notInCases {
		delete(codes, code)
	}
	delete(codes, "cannot-convert") // of printing; core/syntax has its cases
	return codes
}
