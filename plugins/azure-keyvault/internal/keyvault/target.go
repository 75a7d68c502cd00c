package keyvault

import (
	"errors"
	"strings"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// writes is the service's limit on new versions: 300 in 10 seconds for a vault
// (learn.microsoft.com/azure/key-vault/general/service-limits). Eight writers at
// the service's latency are already faster than that.
func writes(host string) sdk.Throttle {
	return sdk.Throttle{Scope: host, Burst: 300, PerSecond: 30, InFlight: 8}
}

func nameOf(w sdk.Wanted[TargetConfig]) string {
	if w.Config.SecretName != "" {
		return w.Config.SecretName
	}
	return vault.DefaultName(w.Secret, w.Field)
}

// address is canonical. The service takes names that differ in case only for the
// same one.
func address(v vault.Vault, name string) string { return v.Host + "/" + strings.ToLower(name) }

// place takes an address apart. The name is as the Secretfile spells it, which the
// service keeps.
func (s *session) place(t sdk.Target[TargetConfig]) (vault.Vault, string, error) {
	host, name, ok := strings.Cut(t.Address, "/")
	v, err := vault.Parse("https://"+host, s.custom.resource)
	if !ok || err != nil {
		return v, "", &sdk.Error{Class: sdk.Internal, Code: "bad-address", Summary: "the address is not one of this plugin's"}
	}
	if strings.EqualFold(t.Config.SecretName, name) {
		name = t.Config.SecretName
	}
	return v, name, nil
}

func fault(key, code string, err error) *sdk.Error {
	e := &sdk.Error{Class: sdk.InvalidConfig, Code: code, Path: schema.Keys(key), Summary: err.Error()}
	if wrong, ok := errors.AsType[*vault.Error](err); ok {
		e.Summary, e.Hint = wrong.Summary, wrong.Hint
	}
	return e
}
