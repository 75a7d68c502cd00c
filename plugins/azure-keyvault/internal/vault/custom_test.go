package vault

import (
	"strings"
	"testing"
)

func TestCustomEndpoints(t *testing.T) {
	const own = Resource("https://vault.own.example")
	for text, want := range map[string]Vault{
		"https://kv.vault.own.example":      {"kv", "kv.vault.own.example", own},
		"https://KV.Vault.Own.Example/":     {"kv", "kv.vault.own.example", own},
		"https://a.b.vault.own.example":     {"a", "a.b.vault.own.example", own},
		"https://myapp-kv.vault.azure.net/": {"myapp-kv", "myapp-kv.vault.azure.net", ""},
	} {
		v, err := Parse(text, own)
		if err != nil || v != want {
			t.Errorf("%s: %+v, %v", text, v, err)
		}
		if want := "https://vault." + map[bool]string{true: "own.example", false: "azure.net"}[v.Custom()]; v.Resource() != want {
			t.Errorf("%s: tokens are for %s, want %s", text, v.Resource(), want)
		}
	}
	for text, summary := range map[string]string{
		"https://vault.own.example":            "in the domain of resource",
		"https://kv.vault.other.example":       "in the domain of resource",
		"https://kvvault.own.example":          "in the domain of resource",
		"https://kv.vault.own.example.evil.io": "in the domain of resource",
		"https://a.b.vault.azure.net":          "names no vault",
		"https://kv.vault.own.example.":        "is not a host",
		"https://kv..vault.own.example":        "is not a host",
		"https://.vault.own.example":           "is not a host",
		"https://kv.vault.own.example:8443":    "more than a host",
		"https://u@kv.vault.own.example":       "more than a host",
		"https://kv.vault.own.example/secrets": "more than a host",
		"http://kv.vault.own.example":          "does not begin with https://",
		"https://kv.managedhsm.own.example":    "Managed HSM",
	} {
		if v, err := Parse(text, own); err == nil || !strings.Contains(err.Error(), summary) {
			t.Errorf("%s: %+v, %v; want %q", text, v, err, summary)
		}
	}
}

func TestResources(t *testing.T) {
	for _, text := range []string{
		"", "11111111-2222-3333-4444-555555555555", "https://11111111-2222-3333-4444-555555555555", "api://vault", "http://vault.own.example",
		"https://example", "https://vault.own.example/", "https://vault.own.example:443", "https://vault.own.example.", "https://Vault.own.example",
		"https://u@vault.own.example", "https://vault.own.example/.default", "https://0.0.1", "https://vault.own.example\n",
	} {
		if r, err := ParseResource(text); err == nil {
			t.Errorf("%q was taken for %q", text, r)
		}
	}
	if r, err := ParseResource("https://vault.own.example"); r != "https://vault.own.example" || err != nil {
		t.Error(r, err)
	}
}
