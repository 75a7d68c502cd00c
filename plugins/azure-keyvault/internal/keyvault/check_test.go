package keyvault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/sdk"
)

// problems are the codes and attributes of an error of check.
func problems(err error) []string {
	var list []string
	for _, e := range unjoined(err) {
		d, _ := errors.AsType[*sdk.Error](e)
		list = append(list, d.Code+" "+d.Path.String())
	}
	slices.Sort(list)
	return list
}

func unjoined(err error) []error {
	if err == nil {
		return nil
	}
	return err.(interface{ Unwrap() []error }).Unwrap()
}

func manyTags(n int) map[string]string {
	tags := map[string]string{}
	for i := range n {
		tags[fmt.Sprint("tag", i)] = "x"
	}
	return tags
}

// TestRulesOfTheService has a case for each rule of the service, and for what is
// just within it. Sizes count in bytes: an umlaut has two.
func TestRulesOfTheService(t *testing.T) {
	const day = 24 * time.Hour
	text := func(s string) *string { return &s }
	long := func(n int) string { return strings.Repeat("ü", n/2) + strings.Repeat("x", n%2) }
	for name, c := range map[string]struct {
		config TargetConfig
		period time.Duration
		want   []string
	}{
		"nothing but the vault":           {TargetConfig{}, 0, nil},
		"content type of 255 bytes":       {TargetConfig{ContentType: text(long(255))}, 0, nil},
		"content type of 256 bytes":       {TargetConfig{ContentType: text(long(256))}, 0, []string{"too-long content_type"}},
		"10 tags":                         {TargetConfig{Tags: manyTags(10)}, 0, nil},
		"11 tags":                         {TargetConfig{Tags: manyTags(11)}, 0, []string{"too-many-tags tags"}},
		"15 tags and none of ours":        {TargetConfig{Tags: manyTags(15), Ownership: "ignore"}, 0, nil},
		"16 tags and none of ours":        {TargetConfig{Tags: manyTags(16), Ownership: "ignore"}, 0, []string{"too-many-tags tags"}},
		"a tag's name of 512 bytes":       {TargetConfig{Tags: map[string]string{long(512): ""}}, 0, nil},
		"a tag's name of 513 bytes":       {TargetConfig{Tags: map[string]string{long(513): ""}}, 0, []string{"bad-tag tags." + long(513)}},
		"a tag without a name":            {TargetConfig{Tags: map[string]string{"": "x"}}, 0, []string{"bad-tag tags[0]"}},
		"a tag's value of 256 bytes":      {TargetConfig{Tags: map[string]string{"t": long(256)}}, 0, nil},
		"a tag's value of 257 bytes":      {TargetConfig{Tags: map[string]string{"t": long(257)}}, 0, []string{"bad-tag tags.t"}},
		"a tag of ours":                   {TargetConfig{Tags: map[string]string{"SZ-owner": "x"}}, 0, []string{"bad-tag tags.SZ-owner"}},
		"a name of 127 characters":        {TargetConfig{SecretName: strings.Repeat("x", 127)}, 0, nil},
		"a name of 128 characters":        {TargetConfig{SecretName: strings.Repeat("x", 128)}, 0, []string{"bad-secret-name secret_name"}},
		"a name of .NET":                  {TargetConfig{SecretName: "Parent--Child"}, 0, []string{"bad-secret-name secret_name"}},
		"a name of .NET, where allowed":   {TargetConfig{SecretName: "Parent--Child", NameRules: "service"}, 0, nil},
		"expires: a date":                 {TargetConfig{Expires: "2999-01-31"}, 0, nil},
		"expires: a time":                 {TargetConfig{Expires: "2999-01-31T10:00:00Z"}, 0, nil},
		"expires: a duration":             {TargetConfig{Expires: "90d"}, 0, nil},
		"expires: the rotation period":    {TargetConfig{Expires: "rotation_period"}, 90 * day, nil},
		"expires: no rotation period":     {TargetConfig{Expires: "rotation_period"}, 0, []string{"bad-date expires"}},
		"expires: a month":                {TargetConfig{Expires: "3m"}, 0, []string{"bad-date expires"}},
		"expires: no date of a calendar":  {TargetConfig{Expires: "2999-02-30"}, 0, []string{"bad-date expires"}},
		"expires: a negative duration":    {TargetConfig{Expires: "-1d"}, 0, []string{"bad-date expires"}},
		"expires: over":                   {TargetConfig{Expires: "2020-01-01"}, 0, []string{"expired expires"}},
		"not_before: the rotation period": {TargetConfig{NotBefore: "rotation_period"}, 90 * day, []string{"bad-date not_before"}},
		"not_before after expires":        {TargetConfig{NotBefore: "2999-01-01", Expires: "2998-01-01"}, 0, []string{"bad-date not_before"}},
		"not_before with expires":         {TargetConfig{NotBefore: "90d", Expires: "90d"}, 0, []string{"bad-date not_before"}},
		"not_before before expires":       {TargetConfig{NotBefore: "1h", Expires: "1d"}, 0, nil},
		"a date and a duration":           {TargetConfig{NotBefore: "2999-01-01", Expires: "1d"}, 0, nil},
		"an unusual vault":                {TargetConfig{VaultURL: "https://enterprise-app-production-kv.vault.azure.net"}, 0, []string{"unusual-vault-name vault_url"}},
		"all at once": {TargetConfig{VaultURL: "kv", SecretName: "under_score", ContentType: text(long(300)), Tags: map[string]string{"sz-x": ""}, Expires: "soon", NotBefore: "later"}, 0, []string{
			"bad-date expires", "bad-date not_before", "bad-secret-name secret_name", "bad-tag tags.sz-x", "bad-vault-url vault_url", "too-long content_type",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.config.VaultURL == "" {
				c.config.VaultURL = "https://my-kv.vault.azure.net"
			}
			place, err := check(t.Context(), &session{}, sdk.Wanted[TargetConfig]{Config: c.config, Secret: "a_secret", RotationPeriod: c.period})
			if got := problems(err); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
			if c.want == nil && (!strings.HasPrefix(place.Address, "my-kv.vault.azure.net/") || place.MaxValue != 25600 || place.MaxMark != 256 || place.Unmarked != (c.config.Ownership == "ignore")) {
				t.Errorf("place %+v", place)
			}
		})
	}
}

// TestProviderSaysWhichNamesAreAllowed holds for targets that say nothing themselves.
func TestProviderSaysWhichNamesAreAllowed(t *testing.T) {
	for _, c := range []struct {
		provider, target string
		allowed          bool
	}{{"strict", "", false}, {"service", "", true}, {"service", "strict", false}, {"strict", "service", true}} {
		w := sdk.Wanted[TargetConfig]{Config: TargetConfig{VaultURL: "https://my-kv.vault.azure.net", SecretName: "Parent--Child", NameRules: c.target}}
		if _, err := check(t.Context(), &session{nameRules: c.provider}, w); (err == nil) != c.allowed {
			t.Errorf("provider %q, target %q: %v", c.provider, c.target, err)
		}
	}
}
