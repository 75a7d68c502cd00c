package keyvault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// TargetConfig is what a target key_vault may be configured with.
type TargetConfig struct {
	VaultURL    string            `sz:"vault_url,required,identity" doc:"the vault, as https://NAME.vault.azure.net"`
	SecretName  string            `sz:"secret_name,identity" doc:"the name in the vault; the secret's own with - for _ when nothing is said"`
	ContentType *string           `sz:"content_type" max:"255" doc:"the content type stored with the value"`
	Tags        map[string]string `sz:"tags" doc:"tags stored with the value"`
	Expires     string            `sz:"expires" doc:"when the value should no longer be used, as 2027-01-31T00:00:00Z"`
	NotBefore   string            `sz:"not_before" doc:"from when the value may be used, as 2027-01-31T00:00:00Z"`
	Enabled     bool              `sz:"enabled" default:"true" doc:"whether the value may be read"`
	NameRules   string            `sz:"name_rules" default:"strict" enum:"strict,service" doc:"strict names are readable; service allows all that the service does"`
}

// The service's limits of what is stored beside a value
// (learn.microsoft.com/azure/key-vault/secrets/about-secrets).
const (
	maxTags     = 15
	maxTagName  = 512
	maxTagValue = 256
	ourPrefix   = "sz-"
)

// writes is the service's limit on new versions: 300 in 10 seconds for a vault
// (learn.microsoft.com/azure/key-vault/general/service-limits). Eight writers at
// the service's latency are already faster than that.
func writes(host string) sdk.Throttle {
	return sdk.Throttle{Scope: host, Burst: 300, PerSecond: 30, InFlight: 8}
}

// check finds the address and reports everything that the service would refuse.
func check(_ context.Context, _ *session, w sdk.Wanted[TargetConfig]) (sdk.Place, error) {
	var found []error
	v, err := vault.Parse(w.Config.VaultURL)
	if err != nil {
		found = append(found, fault("vault_url", "bad-vault-url", err))
	} else if unusual := v.Unusual(); unusual != "" {
		found = append(found, &sdk.Error{Warning: true, Class: sdk.InvalidConfig, Code: "unusual-vault-name", Path: schema.Keys("vault_url"), Summary: unusual, Detail: "the service decides"})
	}
	name := nameOf(w)
	if err := vault.CheckName(name, w.Config.NameRules != "service"); err != nil {
		found = append(found, fault("secret_name", "bad-secret-name", err))
	}
	found = append(found, w.Config.checkTags()...)
	for key, text := range map[string]string{"expires": w.Config.Expires, "not_before": w.Config.NotBefore} {
		if _, err := date(text); err != nil {
			found = append(found, &sdk.Error{
				Class: sdk.InvalidConfig, Code: "bad-date", Path: schema.Keys(key), Summary: fmt.Sprintf("%s is not a date", key), Hint: "write it as 2027-01-31T00:00:00Z",
			})
		}
	}
	return sdk.Place{Address: address(v, name), Throttle: writes(v.Host)}, errors.Join(found...)
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
func place(t sdk.Target[TargetConfig]) (vault.Vault, string, error) {
	host, name, ok := strings.Cut(t.Address, "/")
	v, err := vault.Parse("https://" + host)
	if !ok || err != nil {
		return v, "", &sdk.Error{Class: sdk.Internal, Code: "bad-address", Summary: "the address is not one of this plugin's"}
	}
	if strings.EqualFold(t.Config.SecretName, name) {
		name = t.Config.SecretName
	}
	return v, name, nil
}

func fault(key, code string, err error) error {
	e := &sdk.Error{Class: sdk.InvalidConfig, Code: code, Path: schema.Keys(key), Summary: err.Error()}
	if wrong, ok := errors.AsType[*vault.Error](err); ok {
		e.Summary, e.Hint = wrong.Summary, wrong.Hint
	}
	return e
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

// date reads an RFC 3339 time; the empty text is none.
func date(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, err
	}
	return &t, nil
}
