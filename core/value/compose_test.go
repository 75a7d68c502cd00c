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

func text(s string) secret.Payload { return secret.NewText(secret.FromString(s)) }

// pieces reads the text of a composed secret as a Secretfile has it.
func pieces(t *testing.T, composed string) []secretfile.Piece {
	t.Helper()
	f, found := secretfile.Load("Secretfile.yml", []byte(fmt.Sprintf("secrets: [{name: a, kind: compose, targets: [{provider: p, kind: k}], config: {value: %q}}]\n", composed)), secretfile.Options{})
	if found.HasErrors() {
		t.Fatal(found)
	}
	stated, found := value.Static(*f.Secrets[0].Generator)
	if found.HasErrors() || stated.Value != nil {
		t.Fatal(found)
	}
	return stated.Pieces
}

func TestCompose(t *testing.T) {
	held := map[string]secret.Payload{
		"plain": text("abc"), "odd": text("p@ss/w:rd+é %"), "lines": text("a\nb"), "quote": text(`a"b`),
		"object": secret.NewObject([]secret.Field{{Name: "user", Value: text("u")}, {Name: "port", Value: secret.Scalar(secret.Number, secret.FromString("5432"))}}),
	}
	cases := []struct{ text, want, missing string }{
		{"{{secret.plain}}", "abc", ""},
		{"{{secret.odd}}", "p@ss/w:rd+é %", ""}, // alone it is what it is
		{"x-{{secret.odd}}-y", "x-p@ss/w:rd+é %-y", ""},
		{"{{secret.lines}}", "a\nb", ""},
		{"pg://u:{{secret.odd | url}}@h", "pg://u:p%40ss%2Fw%3Ard%2B%C3%A9%20%25@h", ""},
		{"pg://u:{{secret.plain}}@h", "pg://u:abc@h", ""},
		{"pg://u:{{secret.odd}}@h", "", "url"},
		{"DB=pg://u:{{secret.odd}}@h", "", "url"},
		{"# at home\nurl: \"http://h/{{secret.odd}}\"", "", "url"},
		{"http://h/{{secret.plain}}:{{secret.odd}}", "", "url"},
		{"http://h/ {{secret.odd}}", "http://h/ p@ss/w:rd+é %", ""}, // a blank ends a URL
		{"http://h/\n{{secret.odd}}", "http://h/\np@ss/w:rd+é %", ""},
		{"x{{secret.lines}}", "", "json or base64"},
		{"{\"k\": {{secret.quote | json}}}", `{"k": "a\"b"}`, ""},
		{"{{secret.odd | base64}}", "cEBzcy93OnJkK8OpICU=", ""},
		{"{{secret.object.user}}:{{secret.object.port}}", "u:5432", ""},
		{"{{secret.object | json}}", `{"user":"u","port":5432}`, ""},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			got, err := value.Compose(pieces(t, c.text), func(ref secretfile.Reference) (secret.Payload, error) {
				p := held[ref.Secret]
				if ref.Field != "" {
					p, _ = p.Field(ref.Field)
				}
				return p, nil
			})
			if c.missing != "" {
				if !errors.Is(err, value.ErrUnencoded) || !strings.Contains(err.Error(), c.missing) || strings.Contains(err.Error(), "p@ss") {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || string(got.Scalar().Expose()) != c.want {
				t.Errorf("%q %v", got.Scalar().Expose(), err)
			}
		})
	}
}

func TestComposeGivesBackTheErrorOfALookup(t *testing.T) {
	broken := errors.New("unreachable")
	if _, err := value.Compose(pieces(t, "{{secret.x}}"), func(secretfile.Reference) (secret.Payload, error) { return secret.Payload{}, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}
