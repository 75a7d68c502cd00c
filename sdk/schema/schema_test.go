package schema

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/secret"
)

func number(n float64) *float64 { return &n }

var text = Type{Kind: String}

// vaultLike has a bit of everything.
var vaultLike = Object{
	Attributes: []Attribute{
		{Name: "vault_url", Type: text, Required: true, Pattern: `https://[a-z.]+`, PatternHint: "a URL"},
		{Name: "length", Type: Type{Kind: Number}, Min: number(1), Max: number(10), Default: NewNumber("5")},
		{Name: "kind", Type: text, Enum: []string{"default", "managed_identity"}, Default: NewString("default")},
		{Name: "client_id", Type: text},
		{Name: "resource_id", Type: text},
		{Name: "tags", Type: Type{Kind: Map, Elem: &text}},
		{Name: "scopes", Type: Type{Kind: List, Elem: &text}},
		{Name: "nested", Type: Type{Kind: Map, Object: &Object{Attributes: []Attribute{{Name: "deep", Type: Type{Kind: Bool}, Default: NewBool(true)}}}}},
		{Name: "old", Type: text, Deprecated: "use new"},
		{Name: "auth", Type: text, Enum: []string{"none", "secret"}, PatternHint: "for vscode use none", Default: NewString("none")},
		{Name: "password", Type: text},
		{Name: "password_file", Type: text},
	},
	Rules: []Rule{
		{Kind: AtMostOneOf, Attributes: []string{"client_id", "resource_id"}},
		{Kind: OnlyWhen, Attributes: []string{"client_id"}, When: "kind", Equals: []string{"managed_identity"}},
		{Kind: ExactlyOneOf, Attributes: []string{"password", "password_file"}, When: "auth", Equals: []string{"secret"}},
	},
}

func m(fields ...Field) Value {
	return NewMap(append([]Field{{"vault_url", NewString("https://x.y")}}, fields...))
}

func s(name, value string) Field { return Field{name, NewString(value)} }

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		value Value
		want  string // CODE PATH of each fault
	}{
		"right":              {m(Field{"length", NewNumber("10")}, s("kind", "default")), ""},
		"missing":            {NewMap(nil), "missing-key vault_url"},
		"null counts absent": {NewMap([]Field{{"vault_url", Value{}}}), "missing-key vault_url"},
		"unknown is right":   {NewMap([]Field{{"vault_url", NewUnknown()}}), ""},
		"unknown key":        {m(s("lenght", "3")), "unknown-key lenght"},
		"wrong type":         {m(s("length", "3")), "wrong-type length"},
		"too large":          {m(Field{"length", NewNumber("11")}), "out-of-range length"},
		"too small":          {m(Field{"length", NewNumber("0")}), "out-of-range length"},
		"not allowed":        {m(s("kind", "managed-identity")), "not-allowed kind"},
		"pattern":            {NewMap([]Field{s("vault_url", "https://x.y/path")}), "bad-format vault_url"},
		"in a list":          {m(Field{"scopes", NewList([]Value{NewString("a"), NewBool(true)})}), "wrong-type scopes[1]"},
		"in a map":           {m(Field{"tags", NewMap([]Field{{"a", NewNumber("1")}})}), "wrong-type tags.a"},
		"in an object":       {m(Field{"nested", NewMap([]Field{s("deep", "yes")})}), "wrong-type nested.deep"},
		"two of one":         {m(s("kind", "managed_identity"), s("client_id", "a"), s("resource_id", "b")), "key-conflict resource_id"},
		"only when":          {m(s("kind", "default"), s("client_id", "a")), "key-conflict client_id"},
		"only when, default": {m(s("client_id", "a")), "key-conflict client_id"},
		"required there":     {m(s("auth", "secret")), "key-conflict password"},
		"once there":         {m(s("auth", "secret"), s("password", "a"), s("password_file", "b")), "key-conflict password_file"},
		"there not known":    {m(Field{"auth", NewUnknown()}), ""},
		"deprecated":         {m(s("old", "x")), "deprecated-key old"},
		"all at once":        {NewMap([]Field{s("a", "1"), s("length", "x")}), "unknown-key a, wrong-type length, missing-key vault_url"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range vaultLike.Check(c.value) {
				got = append(got, f.Code+" "+f.Path.String())
			}
			if joined := strings.Join(got, ", "); joined != c.want {
				t.Errorf("got %q, want %q", joined, c.want)
			}
		})
	}
}

func TestFaultsDoNotQuoteSealedTexts(t *testing.T) {
	sealed := NewSealed(secret.FromString("canary-canary"))
	for _, f := range vaultLike.Check(NewMap([]Field{{"vault_url", sealed}, {"kind", sealed}})) {
		if strings.Contains(f.Summary+f.Hint, "canary") {
			t.Errorf("quoted: %s %s", f.Summary, f.Hint)
		}
	}
}

func TestDefaultsAreFilledIn(t *testing.T) {
	v := vaultLike.WithDefaults(m(s("kind", "managed_identity")))
	if v.Get("length").Expose() != "5" || v.Get("kind").Expose() != "managed_identity" || !v.Get("nested").Get("deep").Bool() {
		t.Errorf("length %s, kind %s, nested %v", v.Get("length"), v.Get("kind"), v.Get("nested"))
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{"generater": "generator", "vaultUrl": "vault_url", "lenght": "length", "xyz": "", "": ""} {
		if got := Nearest(name, []string{"generator", "length", "vault_url"}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestWhatToWriteInPlaceOfATextIsSaid(t *testing.T) {
	faults := vaultLike.Check(m(s("auth", "vscode")))
	if len(faults) != 1 || faults[0].Hint != "allowed: none, secret; for vscode use none" {
		t.Errorf("%+v", faults)
	}
}
