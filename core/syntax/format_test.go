package syntax

import (
	"bytes"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
)

// TestFormatKeepsWhatIsSaid formats every file of the cases: it says the same,
// keeps its comments, and a second time changes nothing.
func TestFormatKeepsWhatIsSaid(t *testing.T) {
	for name, text := range texts(t) {
		t.Run(name, func(t *testing.T) {
			out, found, err := Format(name, text, LanguageOf(name, text), Secretfile)
			if err != nil {
				t.Fatal(err)
			}
			if out == nil {
				if !found.HasErrors() {
					t.Fatal("nothing came and nothing is wrong")
				}
				return
			}
			checkFormatted(t, name, text, out)
		})
	}
}

func checkFormatted(t *testing.T, name string, text, out []byte) {
	t.Helper()
	language := LanguageOf(name, text)
	again, _, err := Format(name, out, language, Secretfile)
	if err != nil || !bytes.Equal(out, again) {
		t.Fatalf("not the same the second time: %v\n%s\nthen\n%s", err, out, again)
	}
	if before, after := strings.Count(string(text), "#"), strings.Count(string(out), "#"); before != after {
		t.Fatalf("%d # became %d", before, after)
	}
	n, _ := Parse(name, text, language, Secretfile, &diag.Sources{})
	m, _ := Parse(name, out, language, Secretfile, &diag.Sources{})
	if shown(n) != shown(m) {
		t.Fatalf("%s\nbecame\n%s", shown(n), shown(m))
	}
}

func TestFormatYAML(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"indentation", "a:\n    b: 1\n    c:\n        - x\n        -   y: 1\n            z: 2\n", "a:\n  b: 1\n  c:\n    - x\n    - y: 1\n      z: 2\n"},
		{"a list as far left as its key", "a:\n- x\n- y\nb: 1\n", "a:\n  - x\n  - y\nb: 1\n"},
		{"blank lines and blanks", "\n\na: 1   \n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n"},
		{"no end of line", "a: 1", "a: 1\n"},
		{"ends of lines", "a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"},
		{"comments", "# head\na:   # tail\n    # of b\n    b: 1\n# of c\nc: 1\n# foot\n", "# head\na:   # tail\n  # of b\n  b: 1\n# of c\nc: 1\n# foot\n"},
		{"unquoted expressions", "a: {{var.b}}-x # why\nb: {{var.c or \"x\"}}\n", "a: \"{{var.b}}-x\" # why\nb: '{{var.c or \"x\"}}'\n"},
		{"block scalars move with their key", "a:\n    b: |\n        one\n          two\n\n        # no comment\n    c: 1\n", "a:\n  b: |\n      one\n        two\n\n      # no comment\n  c: 1\n"},
		{"texts over lines", "a:\n    b: \"one\n        two\"\n    c: three\n        four\n", "a:\n  b: \"one\n      two\"\n  c: three\n      four\n"},
		{"lists in lists", "a:\n  -   - x\n      - y\n  - - z\n", "a:\n  - - x\n    - y\n  - - z\n"},
		{"a dash alone", "a:\n   -\n      b: 1\n      c: 2\n", "a:\n  -\n    b: 1\n    c: 2\n"},
		{"flow collections", "a: {b: 1,\n    c: [x,\n   y]}\n", "a: {b: 1,\n    c: [x,\n   y]}\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, found, err := Format("Secretfile.yml", []byte(c.text), YAML, Secretfile)
			if err != nil || string(out) != c.want {
				t.Errorf("%v %v\n%s\nwant\n%s", err, found, out, c.want)
			}
		})
	}
}

func TestFormatHCL(t *testing.T) {
	text := "\n\nsecret \"a\" {\nkind=\"static\" # why\n\n\n  rotation_period    = \"90d\"\n}"
	want := "secret \"a\" {\n  kind = \"static\" # why\n\n  rotation_period = \"90d\"\n}\n"
	out, found, err := Format("Secretfile.hcl", []byte(text), HCL, Secretfile)
	if err != nil || string(out) != want {
		t.Errorf("%v %v\n%s", err, found, out)
	}
}
