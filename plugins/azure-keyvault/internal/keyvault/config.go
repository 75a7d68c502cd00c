package keyvault

import (
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk/schema"
)

// TargetConfig is what a target key_vault may be configured with.
type TargetConfig struct {
	VaultURL    string            `sz:"vault_url,identity" doc:"the vault, as https://NAME.vault.azure.net"`
	Vault       string            `sz:"vault,identity" doc:"the vault by its name, in place of vault_url"`
	SecretName  string            `sz:"secret_name,identity" doc:"the name in the vault; the secret's own with - for _ when nothing is said"`
	ContentType *string           `sz:"content_type" doc:"the content type stored with the value"`
	Tags        map[string]string `sz:"tags" doc:"tags stored with the value"`
	Expires     string            `sz:"expires" doc:"when the value should no longer be used: a date as 2027-01-31T00:00:00Z, a time from its making as 90d, or rotation_period"`
	NotBefore   string            `sz:"not_before" doc:"from when the value may be used: a date, or a time from its making"`
	Enabled     bool              `sz:"enabled" default:"true" doc:"whether the value may be read"`
	OnDeleted   string            `sz:"on_deleted" default:"recover" enum:"recover,purge,fail" doc:"what becomes of a deleted secret of ours that still holds the name"`
	// PurgeOnDelete is whether a destroy that purges purges this secret.
	PurgeOnDelete bool   `sz:"purge_on_delete" default:"true" doc:"false keeps a destroyed secret recoverable, also when it should be purged"`
	Ownership     string `sz:"ownership" default:"tag" enum:"tag,ignore" doc:"tag says in tags whose the secret is; ignore adds no tags, so that the lock file alone tells"`
	DisableOld    bool   `sz:"disable_previous_versions" doc:"disable the version that a new one replaces"`
	NameRules     string `sz:"name_rules" enum:"strict,service" doc:"strict names are readable; service allows all that the service does; that of the provider when nothing is said"`
}

// Rules relates the keys.
func (TargetConfig) Rules() []schema.Rule {
	return []schema.Rule{{Kind: schema.ExactlyOneOf, Attributes: []string{"vault_url", "vault"}}}
}

// Words of the configuration.
const (
	onDeletedRecover = "recover"
	onDeletedPurge   = "purge"
	ownershipIgnore  = "ignore"
	namesAsService   = "service"
)

// marked reports that a target carries our mark.
func (c TargetConfig) marked() bool { return c.Ownership != ownershipIgnore }

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
	return vault.Parse(c.VaultURL, s.custom.resource)
}
