package keyvault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// The service's limits of what is stored beside a value
// (learn.microsoft.com/azure/key-vault/secrets/about-secrets; for the names of tags,
// MicrosoftDocs/azure-docs issue 117407). Whether it counts characters or bytes is not
// published, so bytes of UTF-8 are counted, which are never fewer.
const (
	maxContentType = 255
	maxTags        = 15
	maxTagName     = 512
	maxTagValue    = 256
	ourPrefix      = "sz-"
)

// check finds the address and reports everything that the service would refuse,
// before anything is made.
func check(_ context.Context, s *session, w sdk.Wanted[TargetConfig]) (sdk.Place, error) {
	var found []error
	v, err := s.vaultOf(w.Config)
	if err != nil {
		e := fault(w.Config.vaultKey(), "bad-vault-url", err)
		e.Detail = addressOf(w.Config.VaultURL + w.Config.Vault)
		found = append(found, e)
	} else if unusual := v.Unusual(); unusual != "" {
		found = append(found, warning("unusual-vault-name", w.Config.vaultKey(), unusual, "the service decides"))
	}
	if cloud := identity.CloudOf(v.Resource()); err == nil && !v.Custom() && s.cloud != "" && cloud != s.cloud {
		found = append(found, warning("another-cloud", w.Config.vaultKey(), fmt.Sprintf("vault %s is in the %s cloud, and its provider signs in to the %s cloud", v.Name, cloud, s.cloud), "its tokens will not open it; use a provider with cloud: "+cloud))
	}
	name := nameOf(w)
	if err := vault.CheckName(name, cmp.Or(w.Config.NameRules, s.nameRules) != namesAsService); err != nil {
		e := fault("secret_name", "bad-secret-name", err)
		if v.Name != "" {
			e.Detail = "the names that vault " + v.Name + " has: " + command("az keyvault secret list --vault-name VAULT --query \"[].name\" -o tsv", v, "")
		}
		found = append(found, e)
	}
	if text := w.Config.ContentType; text != nil && len(*text) > maxContentType {
		found = append(found, &sdk.Error{
			Class: sdk.InvalidConfig, Code: "too-long", Path: schema.Keys("content_type"), Summary: fmt.Sprintf("content_type has %d bytes, and the service keeps %d at most", len(*text), maxContentType),
		})
	}
	found = append(found, w.Config.checkTags()...)
	found = append(found, w.Config.checkMoments(w.RotationPeriod, time.Now())...)
	return sdk.Place{
		Address: address(v, name), Throttle: writes(v.Host), MaxValue: maxValue, MaxMark: maxTagValue, Unmarked: !w.Config.marked(),
	}, errors.Join(found...)
}

func warning(code, key, summary, detail string) error {
	return &sdk.Error{Warning: true, Class: sdk.InvalidConfig, Code: code, Path: schema.Keys(key), Summary: summary, Detail: detail}
}

func (c TargetConfig) checkTags() []error {
	var found []error
	report := func(key, summary string) {
		found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-tag", Path: schema.Keys("tags", key), Summary: summary})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tags)) {
		value := c.Tags[name]
		switch {
		case strings.HasPrefix(strings.ToLower(name), ourPrefix):
			report(name, fmt.Sprintf("tag %q begins with %s, which sz keeps for itself", name, ourPrefix))
		case name == "":
			report(name, "a tag has no name")
		case len(name) > maxTagName:
			report(name, fmt.Sprintf("the name of a tag has %d bytes, and the service keeps %d at most", len(name), maxTagName))
		case len(value) > maxTagValue:
			report(name, fmt.Sprintf("the value of tag %q has %d bytes, and the service keeps %d at most", name, len(value), maxTagValue))
		}
	}
	if most := c.mostTags(); len(c.Tags) > most {
		summary := fmt.Sprintf("%d tags; the service allows %d", len(c.Tags), maxTags)
		if most < maxTags {
			summary += fmt.Sprintf(" and sz needs %d of them", maxTags-most)
		}
		found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "too-many-tags", Path: schema.Keys("tags"), Summary: summary})
	}
	return found
}

// mostTags is how many tags there is room for beside ours.
func (c TargetConfig) mostTags() int {
	if !c.marked() {
		return maxTags
	}
	return maxTags - len(ourTags)
}

// checkMoments checks when a value may be used: each by itself, and both together
// where both are dates or both count from the making of the value.
func (c TargetConfig) checkMoments(period time.Duration, now time.Time) []error {
	var found []error
	read := func(key, text string) (moment, bool) {
		m, err := parseMoment(text, period, key == "expires")
		if err != nil {
			found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-date", Path: schema.Keys(key), Summary: fmt.Sprintf("%s %v", key, err), Hint: momentHint})
		}
		return m, err == nil && m != moment{}
	}
	end, ends := read("expires", c.Expires)
	start, starts := read("not_before", c.NotBefore)
	if ends && starts && (end.after > 0) == (start.after > 0) && !start.from(now).Before(*end.from(now)) {
		found = append(found, &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-date", Path: schema.Keys("not_before"), Summary: "not_before is not before expires, so the value could never be used"})
	}
	if ends && end.after == 0 && end.at.Before(now) {
		found = append(found, warning("expired", "expires", fmt.Sprintf("expires is over: %s", c.Expires), "the service still gives the value out; whoever honours the date refuses it"))
	}
	return found
}
