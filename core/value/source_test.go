package value_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/secret"
)

func TestSource(t *testing.T) {
	files := map[string]string{
		"key.pem": "line\nline\n", "a.json": `{"a": {"b": "x", "n": 5432}, "c": "y"}`, "bad.json": `{"a": hunter2`,
		".env": "# c\nexport A=plain # c\nB='si ngle'\nC=\"do\\n\\\"uble\"\nA=last\n",
	}
	out := value.Outside{
		Env: func(name string) (string, bool) {
			text, ok := map[string]string{"TOKEN": "t", "PADDED": " t \n", "EMPTY": ""}[name]
			return text, ok
		},
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("file does not exist")
		},
	}
	cases := []struct{ source, want, code string }{
		{"{kind: env, config: {name: TOKEN}}", "t", ""},
		{"{kind: env, config: {name: PADDED}}", " t \n", ""},
		{"{kind: env, config: {name: PADDED, trim: true}}", "t", ""},
		{"{kind: env, config: {name: NONE}}", "", "env-unset"},
		{"{kind: env, config: {name: EMPTY}}", "", "env-unset"},
		{"{kind: env, config: {name: EMPTY, allow_empty: true}}", "", ""},
		{"{kind: env, required: false, config: {name: NONE}}", "nothing", ""},
		{"{kind: file, config: {path: key.pem}}", "line\nline\n", ""},
		{"{kind: file, config: {path: a.json, format: json, key: a.b}}", "x", ""},
		{"{kind: file, config: {path: a.json, format: json, key: a.n}}", "5432", ""},
		{"{kind: file, config: {path: a.json, format: json, key: a.z}}", "", "unreadable-file"},
		{"{kind: file, required: false, config: {path: a.json, format: json, key: a.z}}", "nothing", ""},
		{"{kind: file, required: false, config: {path: none}}", "nothing", ""},
		{"{kind: file, config: {path: none}}", "", "unreadable-file"},
		{"{kind: file, required: false, config: {path: bad.json, format: json}}", "", "unreadable-file"},
		{"{kind: file, config: {path: .env, format: dotenv, key: A}}", "last", ""},
		{"{kind: file, config: {path: .env, format: dotenv, key: B}}", "si ngle", ""},
		{"{kind: file, config: {path: .env, format: dotenv, key: C}}", "do\n\"uble", ""},
		{"{kind: file, config: {path: .env, format: dotenv}}", "", "unreadable-file"},
		{"{kind: file, config: {path: key.pem, key: a}}", "", "unreadable-file"},
	}
	for _, c := range cases {
		t.Run(c.source, func(t *testing.T) {
			f, found := secretfile.Load("Secretfile.yml", []byte("secrets: [{name: a, kind: static, source: "+c.source+"}]\n"), secretfile.Options{})
			if found.HasErrors() {
				t.Fatal(found)
			}
			stated, found := value.Source("secret a", f.Secrets[0].Source, out)
			switch {
			case c.code != "":
				if len(found) != 1 || found[0].Code != c.code || found[0].Range.IsZero() || stated.Value != nil {
					t.Errorf("%v %v", stated, found)
				}
			case c.want == "nothing":
				if !stated.Missing() || len(found) > 0 {
					t.Errorf("%v", found)
				}
			case len(found) > 0 || stated.Value == nil || string(stated.Value.Scalar().Expose()) != c.want:
				t.Errorf("%q %v", shown(stated), found)
			}
			for _, d := range found {
				if text := fmt.Sprintf("%+v", d); strings.Contains(text, "hunter2") {
					t.Errorf("the file is quoted: %s", text)
				}
			}
		})
	}
}

func shown(s value.Stated) string {
	if s.Value == nil {
		return "nothing"
	}
	if s.Value.Type() == secret.Object {
		return "an object"
	}
	return string(s.Value.Scalar().Expose())
}
