package pluginhost

import (
	"slices"
	"strings"

	"github.com/secretzero/sz/core/grant"
)

// environment is what a provider instance finds of the user's environment: the names
// that it was granted, as far as the user has them.
func (h *Host) environment(granted grant.Set) []string {
	names := slices.Sorted(slices.Values(granted.Env))
	var env []string
	for _, name := range slices.Compact(names) {
		if value, ok := h.lookup(name); ok && !withheld(name) {
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
