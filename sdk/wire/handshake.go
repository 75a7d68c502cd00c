package wire

import (
	plugin "github.com/hashicorp/go-plugin"
)

// ProtocolVersion is the version of the package sz.plugin.v1.
const ProtocolVersion = 1

// MaxMessage bounds every gRPC message in both directions, in bytes.
const MaxMessage = 4 << 20

// CredentialsFD is the inherited descriptor over which the host hands a plugin
// its TLS credentials, and whose end tells the plugin that the host is gone.
const CredentialsFD = 3

// EnvCredentials is set to the number of that descriptor.
const EnvCredentials = "SZ_PLUGIN_CREDENTIALS_FD"

// EnvEgress is set, in a plugin that was granted network, to the URL of the proxy
// that is its way to the granted hosts, this machine's own included.
const EnvEgress = "SZ_PLUGIN_EGRESS"

// pluginName is the only name under which go-plugin dispenses.
const pluginName = "sz"

// Handshake keeps a plugin from doing anything odd when a person runs it by
// hand. It is no security measure: that is what the credentials are for.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{
		ProtocolVersion:  ProtocolVersion,
		MagicCookieKey:   "SZ_PLUGIN_COOKIE",
		MagicCookieValue: "d6c4d3a8c07f4d7b9a0f3b8a0d0c8e55",
	}
}
