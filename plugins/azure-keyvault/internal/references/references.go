// Package references writes the texts with which Azure services read secrets of a
// vault: settings, manifests and a script, ready to be saved or pasted. They name
// secrets and hold none.
//
// No reference names a version, so that consumers follow a rotation.
//
// Next: internal/keyvault, which is asked for them; consumers.go for the texts.
package references

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// Secret is one secret that a consumer reads.
type Secret struct {
	Vault   vault.Vault
	Name    string // in the vault
	Setting string // what a program calls it, such as DATABASE_PASSWORD
}

// url leads to the current version, whichever it is.
func (s Secret) url() string { return s.Vault.URL() + "/secrets/" + s.Name }

// Setting is the name of an environment variable for a secret, or a field of one.
func Setting(secret, field string) string {
	name := secret
	if field != "" {
		name += "_" + field
	}
	name = strings.ToUpper(notInSettings.ReplaceAllString(name, "_"))
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}

var notInSettings = regex.Of(`[^0-9A-Za-z]+`)

// consumer writes the text for one kind of reader.
type consumer func(project string, secrets []Secret) sdk.References

var consumers = map[string]consumer{
	"aks-csi": aksCSI, "appservice": appService, "containerapp": containerApp, "env": environment, "functions": functions, "pipelines": pipelines,
}

// For writes the text of a consumer. An unknown consumer, and two secrets that would
// have one name there, are errors.
func For(name, project string, secrets []Secret) (sdk.References, error) {
	write, ok := consumers[name]
	if !ok {
		known := strings.Join(Consumers(), ", ")
		return sdk.References{}, &sdk.Error{Class: sdk.InvalidConfig, Code: "unknown-consumer", Summary: fmt.Sprintf("%q is none of the consumers that read a Key Vault", name), Hint: "there are " + known}
	}
	if err := distinct(secrets, func(s Secret) string { return s.Setting }); err != nil {
		return sdk.References{}, err
	}
	// The task makes a variable of each name, whatever the vault is.
	if err := distinct(secrets, func(s Secret) string { return strings.ToLower(s.Name) }); err != nil && name == "pipelines" {
		return sdk.References{}, err
	}
	return write(project, secrets), nil
}

// distinct reports two secrets that a consumer could not tell apart.
func distinct(secrets []Secret, called func(Secret) string) error {
	taken := map[string]Secret{}
	for _, s := range secrets {
		if other, double := taken[called(s)]; double {
			return &sdk.Error{
				Class: sdk.InvalidConfig, Code: "same-setting", Summary: fmt.Sprintf("%s and %s would both be %s", other.url(), s.url(), called(s)), Hint: "name one of them only",
			}
		}
		taken[called(s)] = s
	}
	return nil
}

// Consumers are the names that [For] knows.
func Consumers() []string {
	var names []string
	for name := range consumers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// byVault groups secrets, for texts that speak of one vault at a time.
func byVault(secrets []Secret) [][]Secret {
	sorted := slices.Clone(secrets)
	slices.SortStableFunc(sorted, func(a, b Secret) int { return cmp.Compare(a.Vault.Host, b.Vault.Host) })
	var groups [][]Secret
	for i, s := range sorted {
		if i == 0 || s.Vault != sorted[i-1].Vault {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
	}
	return groups
}

// word is a text as a scalar of YAML, in quotes where it would be read as something
// else than a text.
func word(text string) string {
	if plain.MatchString(text) && !slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}, strings.ToLower(text)) {
		return text
	}
	return fmt.Sprintf("%q", text)
}

var plain = regex.Of(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// lowerName is a name as Kubernetes and Container Apps have it.
func lowerName(text string) string {
	return strings.Trim(notInLower.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

var notInLower = regex.Of(`[^0-9a-z]+`)
