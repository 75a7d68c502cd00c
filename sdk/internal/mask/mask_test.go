package mask

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/secret"
)

func TestValuesAreFoundInEveryEncoding(t *testing.T) {
	const value = `pa"ss/wörd+secret`
	var s Set
	s.Add(secret.FromString(value))
	for name, text := range map[string]string{
		"raw": value, "JSON": `pa\"ss/wörd+secret`, "query": url.QueryEscape(value), "hex": hex.EncodeToString([]byte(value)),
		"HEX":    strings.ToUpper(hex.EncodeToString([]byte(value))),
		"base64": base64.StdEncoding.EncodeToString([]byte(value)), "one byte before": base64.StdEncoding.EncodeToString([]byte("x" + value + "y")),
		"two bytes before, for URLs": base64.RawURLEncoding.EncodeToString([]byte("xy" + value)),
	} {
		line := "before " + text + " after"
		if !s.Holds([]byte(line)) {
			t.Errorf("%s: not found", name)
		}
		if got := s.Text(line); !strings.Contains(got, secret.Mask) || strings.Contains(got, text) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestShortValuesAreMaskedWhereTheyStandAlone(t *testing.T) {
	var s Set
	s.Add(secret.FromString("err"))
	if got := s.Text("err"); got != secret.Mask {
		t.Error(got)
	}
	if got := s.Text("an error"); got != "an error" {
		t.Error(got)
	}
}
