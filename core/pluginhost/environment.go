package pluginhost

import (
	"slices"
	"strings"

	"github.com/secretzero/sz/core/grant"
)

// networkEnvironment is what a plugin that speaks to a network is given besides
// what it asks for, so that it works behind a proxy and with a private authority
// as sz itself does.
var networkEnvironment = []string{
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// environment is the whole environment of a provider instance: the names that it
// was granted, as far as the user has them.
func (h *Host) environment(granted grant.Set) []string {
	names := slices.Clone(granted.Env)
	if len(granted.Network) > 0 {
		names = append(names, networkEnvironment...)
	}
	slices.Sort(names)
	var env []string
	for _, name := range slices.Compact(names) {
		if value, ok := h.options.LookupEnv(name); ok && !withheld(name) {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// withheld are names that change how a Go program or its libraries run and could
// make a plugin say more than it should.
func withheld(name string) bool {
	return name == "GODEBUG" || name == "GOTRACEBACK" || name == "AZURE_SDK_GO_LOGGING" ||
		strings.HasPrefix(name, "GRPC_") || strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "SZ_PLUGIN_") || strings.HasPrefix(name, "PLUGIN_")
}
