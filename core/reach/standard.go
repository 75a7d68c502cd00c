package reach

import (
	"strings"

	"github.com/secretzero/sz/core/secretfile"
)

// The standard is what a project may ask of our plugins without a question: the
// services that they are made for, as whoever runs sz is already. All that could
// make another host, another tenant or another credential of it is left out.

// settings are, for each kind of provider of ours, the settings that choose among
// identities which the machine has anyway, or change nothing about who is spoken to.
var settings = map[string][]string{
	"azure": {
		"cloud", "auth.kind", "auth.client_id", "auth.resource_id", "auth.object_id", "auth.subscription",
		"auth.require_token_credentials", "auth.send_chain", "auth.chain",
	},
	"local": {"auth"},
}

// hosts are, for each kind of provider of ours, the services that it is made for. A
// leading *. stands for exactly one label.
var hosts = map[string][]string{
	"azure": {
		"*.vault.azure.net:443", "*.vault.azure.cn:443", "*.vault.usgovcloudapi.net:443",
		"login.microsoftonline.com:443", "login.chinacloudapi.cn:443", "login.partner.microsoftonline.cn:443", "login.microsoftonline.us:443",
	},
}

func standardSetting(kind, key string) bool {
	for _, setting := range settings[kind] {
		if key == setting || kind == "local" && strings.HasPrefix(key, setting+".") {
			return true
		}
	}
	return false
}

// knownHost reports a host:port that is standard for a kind of provider, or that the
// user's own configuration names.
func (c *computer) knownHost(kind, endpoint string) bool {
	for _, pattern := range hosts[kind] {
		if matches(pattern, endpoint) {
			return true
		}
	}
	for _, pattern := range c.Hosts {
		if !strings.Contains(pattern, ":") {
			pattern += ":443"
		}
		if matches(strings.ToLower(pattern), endpoint) {
			return true
		}
	}
	return false
}

func matches(pattern, endpoint string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	if !wild {
		return pattern == endpoint
	}
	label, ok := strings.CutSuffix(endpoint, suffix)
	return ok && label != "" && !strings.Contains(label, ".")
}

// knownTenant reports a setting that names a tenant which the user's own
// configuration knows.
func (c *computer) knownTenant(key string, v secretfile.Value) bool {
	if !strings.HasSuffix(key, "tenant_id") && !strings.Contains(key, "tenants") {
		return false
	}
	for _, text := range texts(v.Schema()) {
		if !contains(c.Tenants, "*") && !contains(c.Tenants, strings.ToLower(text)) {
			return false
		}
	}
	return true
}
