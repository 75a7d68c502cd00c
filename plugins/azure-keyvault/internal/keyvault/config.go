package keyvault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// TargetConfig is what a target key_vault may be configured with.
type TargetConfig struct {
	VaultURL    string            `sz:"vault_url,identity" doc:"the vault, as https://NAME.vault.azure.net"`
	Vault       string            `sz:"vault,identity" doc:"the vault by its name, in place of vault_url"`
	SecretName  string            `sz:"secret_name,identity" doc:"the name in the vault; the secret's own with - for _ when nothing is said"`
	ContentType *string           `sz:"content_type" max:"255" doc:"the content type stored with the value"`
	Tags        map[string]string `sz:"tags" doc:"tags stored with the value"`
	Expires     string            `sz:"expires" doc:"when the value should no longer be used: a date as 2027-01-31T00:00:00Z, a time from its making as 90d, or rotation_period"`
	NotBefore   string            `sz:"not_before" doc:"from when the value may be used: a date, or a time from its making"`
	Enabled     bool              `sz:"enabled" default:"true" doc:"whether the value may be read"`
	OnDeleted   string            `sz:"on_deleted" default:"recover" enum:"recover,purge,fail" doc:"what becomes of a deleted secret of ours that still holds the name"`
	// PurgeOnDelete is whether a destroy that purges purges this secret.
	PurgeOnDelete bool   `sz:"purge_on_delete" default:"true" doc:"false keeps a destroyed secret recoverable, also when it should be purged"`
	DisableOld    bool   `sz:"disable_previous_versions" doc:"disable the version that a new one replaces"`
	NameRules     string `sz:"name_rules" default:"strict" enum:"strict,service" doc:"strict names are readable; service allows all that the service does"`
}

// Rules relates the keys.
func (TargetConfig) Rules() []schema.Rule {
	return []schema.Rule{{Kind: schema.ExactlyOneOf, Attributes: []string{"vault_url", "vault"}}}
}

// What may become of a deleted secret whose name is needed.
const (
	onDeletedRecover = "recover"
	onDeletedPurge   = "purge"
)

// The service's limits of what is stored beside a value
// (learn.microsoft.com/azure/key-vault/secrets/about-secrets).
const (
	maxTags     = 15
	maxTagName  = 512
	maxTagValue = 256
	ourPrefix   = "sz-"
)

// check finds the address and reports everything that the service would refuse.
func check(_ context.Context, s *session, w sdk.Wanted[TargetConfig]) (sdk.Place, error) {
	var found []error
	v, err := s.vaultOf(w.Config)
	if err != nil {
		found = append(found, fault(w.Config.vaultKey(), "bad-vault-url", err))
	} else if unusual := v.Unusual(); unusual != "" {
		found = append(found, &sdk.Error{Warning: true, Class: sdk.InvalidConfig, Code: "unusual-vault-name", Path: schema.Keys(w.Config.vaultKey()), Summary: unusual, Detail: "the service decides"})
	}
	name := nameOf(w)
	if err := vault.CheckName(name, w.Config.NameRules != "service"); err != nil {
		found = append(found, fault("secret_name", "bad-secret-name", err))
	}
	found = append(found, w.Config.checkTags()...)
	for key, text := range map[string]string{"expires": w.Config.Expires, "not_before": w.Config.NotBefore} {
		if _, err := parseMoment(text, w.RotationPeriod, key == "expires"); err != nil {
			found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-date", Path: schema.Keys(key), Summary: fmt.Sprintf("%s %v", key, err), Hint: momentHint})
		}
	}
	return sdk.Place{Address: address(v, name), Throttle: writes(v.Host), MaxValue: maxValue}, errors.Join(found...)
}

// vaultKey is the key that names the vault.
func (c TargetConfig) vaultKey() string {
	if c.Vault != "" {
		return "vault"
	}
	return "vault_url"
}

// vaultOf is the vault of a target, by its address or by its name in the cloud of the
// provider.
func (s *session) vaultOf(c TargetConfig) (vault.Vault, error) {
	if c.Vault != "" {
		return vault.Named(c.Vault, s.cloud)
	}
	return vault.Parse(c.VaultURL)
}

func (c TargetConfig) checkTags() []error {
	var found []error
	report := func(key, summary string) {
		found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-tag", Path: schema.Keys("tags", key), Summary: summary})
	}
	for name, value := range c.Tags {
		switch {
		case strings.HasPrefix(strings.ToLower(name), ourPrefix):
			report(name, fmt.Sprintf("tag %q begins with %s, which sz keeps for itself", name, ourPrefix))
		case name == "" || utf8.RuneCountInString(name) > maxTagName:
			report(name, fmt.Sprintf("the name of a tag has 1 to %d characters", maxTagName))
		case utf8.RuneCountInString(value) > maxTagValue:
			report(name, fmt.Sprintf("the value of tag %q is longer than %d characters", name, maxTagValue))
		}
	}
	if most := maxTags - len(ourTags); len(c.Tags) > most {
		found = append(found, &sdk.Error{
			Class: sdk.InvalidConfig, Code: "too-many-tags", Path: schema.Keys("tags"),
			Summary: fmt.Sprintf("%d tags; the service allows %d and sz needs %d of them", len(c.Tags), maxTags, len(ourTags)),
		})
	}
	return found
}
