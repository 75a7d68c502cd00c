package vault

import (
	"strings"
	"testing"
)

func TestVaultURLsThatAreRight(t *testing.T) {
	for text, host := range map[string]string{
		"https://myapp-kv.vault.azure.net":      "myapp-kv.vault.azure.net",
		"https://MyApp.Vault.Azure.Net/":        "myapp.vault.azure.net",
		"https://x.vault.azure.cn":              "x.vault.azure.cn",
		"https://gov1.vault.usgovcloudapi.net/": "gov1.vault.usgovcloudapi.net",
	} {
		v, err := Parse(text, "")
		if err != nil || v.Host != host {
			t.Errorf("%s: %q, %v", text, v.Host, err)
		}
	}
}

// The first three are the mistakes that people make; the rest would send a token
// somewhere else, or pass for another vault.
func TestVaultURLsThatAreWrong(t *testing.T) {
	for text, hint := range map[string]string{
		"myapp-kv":                            "https://myapp-kv.vault.azure.net",
		"https://myapp-kv.com":                "https://myapp-kv.vault.azure.net",
		"myapp-kv.vault.azure.net":            "https://myapp-kv.vault.azure.net",
		"http://myapp.vault.azure.net":        "https://myapp.vault.azure.net",
		"https://kv.managedhsm.azure.net":     "vault",
		"https://kv.vault.azure.net.":         "",
		"https://kv.vault.azure.net:443":      "",
		"https://user@kv.vault.azure.net":     "",
		"https://kv.vault.azure.net/secrets":  "",
		"https://kv.vault.azure.net?x=1":      "",
		"https://kv.vault.azure.net#x":        "",
		"https://evil.com/.vault.azure.net":   "",
		"https://a.b.vault.azure.net":         "",
		"https://.vault.azure.net":            "",
		"https://kv.vault.azure.net.evil.com": "",
		"https://kv%2evault.azure.net":        "",
		"https://kⅴ.vault.azure.net":          "",
		"https://kv.vaultXazure.net":          "",
		"https://xvault.azure.net":            "",
		"":                                    "",
	} {
		v, err := Parse(text, "")
		if err == nil {
			t.Errorf("%q was taken for %s", text, v.Host)
			continue
		}
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v; want a hint with %q", text, err, hint)
		}
	}
}

func TestUnusualNames(t *testing.T) {
	for name, unusual := range map[string]bool{
		"myapp-kv": false, "enterprise-app-production-kv": true, "ab": true, "1abc": true, "a--b": true, "abc-": true,
	} {
		if got := (Vault{Name: name}).Unusual() != ""; got != unusual {
			t.Errorf("%s: unusual %t", name, got)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for _, c := range []struct {
		name            string
		strict, service bool
		hint            string
	}{
		{"database-password", true, true, ""},
		{"2024-key", true, true, ""},
		{"database_password", false, false, "database-password"},
		{"api-key-", false, true, "api-key"},
		{"-database-password", false, true, "database-password"},
		{"api--key", false, true, "api-key"},
		{"", false, false, ""},
		{strings.Repeat("x", 127), true, true, ""},
		{strings.Repeat("x", 128), false, false, ""},
		{"pässword", false, false, "p-ssword"},
	} {
		for strict, right := range map[bool]bool{true: c.strict, false: c.service} {
			err := CheckName(c.name, strict)
			if (err == nil) != right {
				t.Errorf("%q strict=%t: %v", c.name, strict, err)
			}
			if err != nil && !strings.Contains(err.Error(), c.hint) {
				t.Errorf("%q: %v; want %q suggested", c.name, err, c.hint)
			}
		}
	}
	if got := DefaultName("db.creds", "pass_word"); got != "db-creds-pass-word" {
		t.Errorf("default name %q", got)
	}
}
