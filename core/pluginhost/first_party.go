package pluginhost

import (
	"fmt"
	"slices"
	"strings"
)

// linkedHashes are the plugins that were built together with this sz, as
// NAME=SHA256,…; the build sets it (scripts/build). They need nobody's approval:
// whoever trusts this sz trusts them.
var linkedHashes string

// reservedNames are the names of our plugins: no other plugin may bear one.
var reservedNames = []string{"azure-keyvault", "file", "generators", "script"}

// reservedKinds are kinds that only our plugins serve: a stranger's random_password
// would be a password that the stranger knows.
var reservedKinds = []string{
	"azure", "local", "uuid", "bytes", "passphrase", "rsa_key", "ecdsa_key", "ed25519_key", "ssh_key", "tls_self_signed", "jwt_key", "script", "static", "compose",
}

// Linked reports whether this sz was built together with any plugins.
func Linked() bool { return linkedHashes != "" }

// firstParty reports whether a binary is one that was built together with this sz.
func firstParty(name, hash string) bool {
	return hash != "" && slices.Contains(strings.Split(linkedHashes, ","), name+"="+hash)
}

func reservedKind(kind string) bool {
	return strings.HasPrefix(kind, "random_") || slices.Contains(reservedKinds, kind)
}

// reserved refuses what passes for one of our plugins.
func (s Served) reserved() error {
	if s.FirstParty || s.Dev {
		return nil
	}
	if slices.Contains(reservedNames, s.Candidate.Name) {
		return fmt.Errorf("plugin %s: %s is not the one that this sz was built with, and the name is reserved; %s", s.Candidate.Name, s.Path, rebuild())
	}
	for _, g := range s.Generators {
		if reservedKind(g.Kind) {
			return fmt.Errorf("plugin %s (%s) makes values of kind %s, which only the plugins of sz itself may make", s.Candidate.Name, s.Path, harmless(g.Kind))
		}
	}
	for _, p := range s.Providers {
		if reservedKind(p.Kind) {
			return fmt.Errorf("plugin %s (%s) serves providers of kind %s, which only the plugins of sz itself may serve", s.Candidate.Name, s.Path, harmless(p.Kind))
		}
	}
	return nil
}

func rebuild() string {
	if !Linked() {
		return "this sz was built without plugins: build all together with `make build`"
	}
	return "install sz and its plugins together, or remove the file"
}
