package pluginhost

import (
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// networkEnvironment is what a plugin that speaks to a network is given besides
// what it asks for, so that it works behind a proxy and with a private authority
// as sz itself does.
var networkEnvironment = []string{
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// environment is the whole environment of a provider instance: the names that it
// asks for in this configuration, as far as the user has them.
func (h *Host) environment(permissions []wire.Permission, config schema.Value) []string {
	var names []string
	for _, p := range permissions {
		if !counts(p, config) {
			continue
		}
		switch p.Kind {
		case wire.Environment:
			names = append(names, p.Value)
		case wire.Network, wire.NetworkFrom:
			names = append(names, networkEnvironment...)
		}
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

// counts reports whether a permission is asked for in this configuration.
func counts(p wire.Permission, config schema.Value) bool {
	if p.WhenPath == "" {
		return true
	}
	return slices.ContainsFunc(valuesAt(config, strings.Split(p.WhenPath, ".")), func(v schema.Value) bool {
		return slices.Contains(p.WhenEquals, v.Expose())
	})
}

// valuesAt are the values at a path of keys; a list on the way stands for each of its
// items.
func valuesAt(v schema.Value, path []string) []schema.Value {
	if v.Kind() == schema.List {
		var found []schema.Value
		for _, item := range v.Items() {
			found = append(found, valuesAt(item, path)...)
		}
		return found
	}
	if len(path) == 0 {
		return []schema.Value{v}
	}
	return valuesAt(v.Get(path[0]), path[1:])
}
