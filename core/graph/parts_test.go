package graph_test

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/core/graph"
	"github.com/secretzero/sz/core/secretfile"
)

// TestFieldsOfKinds checks uses of what a plugin makes, as far as somebody tells
// what that is.
func TestFieldsOfKinds(t *testing.T) {
	told := func(g secretfile.Generator) ([]string, bool) {
		switch g.Kind {
		case "pair":
			return []string{"left", "right"}, true
		case "plain":
			return nil, true
		}
		return nil, false
	}
	for line, want := range map[string]string{
		"pair {{secret.of.left}}":   "",
		"pair {{secret.of | json}}": "",
		"pair {{secret.of}}":        "its fields are left, right; all of them are read as JSON with the encoder json",
		"pair {{secret.of.lefd}}":   `did you mean "left"?`,
		"plain {{secret.of}}":       "",
		"plain {{secret.of.left}}":  "it is a single value: read it as secret.of",
		"other {{secret.of.left}}":  "",
		"other {{secret.of}}":       "",
		"pair, source: {kind: env, config: {name: A}} {{secret.of}}": "",
	} {
		t.Run(line, func(t *testing.T) {
			kind, use, _ := strings.Cut(line, " {{")
			_, found := graph.Build(read(t, "secrets:\n  - {name: of, kind: "+kind+", targets: [{provider: p, kind: k}]}\n"+
				"  - {name: by, kind: compose, config: {value: \"x{{"+use+"\"}, targets: [{provider: p, kind: k}]}\n"), told)
			hint := ""
			if len(found) > 0 {
				hint = found[0].Hint
			}
			if hint != want || len(found) > 1 {
				t.Errorf("%v", found)
			}
		})
	}
}
