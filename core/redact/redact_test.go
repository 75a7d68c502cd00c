package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/secret"
)

func TestValuesAreMaskedInEveryForm(t *testing.T) {
	const value = `pa"ss/wörd+secret`
	var m Masker
	m.Add(secret.NewObject([]secret.Field{{Name: "f", Value: secret.NewText(secret.FromString(value))}}))
	quoted, _ := json.Marshal(value)
	for name, form := range map[string]string{
		"raw": value, "JSON": string(quoted), "query": url.QueryEscape(value), "path": url.PathEscape(value), "hex": hex.EncodeToString([]byte(value)),
		"base64": base64.StdEncoding.EncodeToString([]byte(value)), "base64 in a text": base64.StdEncoding.EncodeToString([]byte("user:" + value + "@host")),
		"base64url": base64.RawURLEncoding.EncodeToString([]byte("x" + value)),
	} {
		got := m.Text("before " + form + " after")
		if !strings.Contains(got, secret.Mask) || strings.Contains(got, form) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := m.Text("nothing of it"); got != "nothing of it" {
		t.Error(got)
	}
}

func TestShortValuesAreLeftAlone(t *testing.T) {
	var m Masker
	m.Add(secret.NewText(secret.FromString("error")))
	if got := m.Text("an error occurred"); got != "an error occurred" {
		t.Error(got)
	}
}
