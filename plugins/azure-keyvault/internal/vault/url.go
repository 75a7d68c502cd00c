package vault

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// Vault is a vault by its canonical host.
type Vault struct {
	Name string
	Host string // lower case, without a port
	// custom is what tokens for a custom endpoint are for; none for a vault of Azure.
	custom Resource
}

// URL is the address for clients.
func (v Vault) URL() string { return "https://" + v.Host }

// Resource is what tokens for the vault are for: the suffix of its host, or what the
// Secretfile names for custom endpoints.
func (v Vault) Resource() string {
	if v.Custom() {
		return string(v.custom)
	}
	_, suffix, _ := strings.Cut(v.Host, ".")
	return "https://" + suffix
}

// Error is a vault address that cannot be used, and the way out.
type Error struct {
	Summary string
	Hint    string
}

// Error is the summary with the hint.
func (e *Error) Error() string { return e.Summary + "; " + e.Hint }

// suffixes are the hosts of vaults in the public and the sovereign clouds
// (learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates).
var suffixes = []string{".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net"}

// Cloud is one of Azure's clouds and what the hosts of its vaults end in.
type Cloud struct{ Name, Suffix string }

// Clouds are all clouds.
func Clouds() []Cloud {
	return []Cloud{{"public", ".vault.azure.net"}, {"china", ".vault.azure.cn"}, {"usgov", ".vault.usgovcloudapi.net"}}
}

// Cloud is the name of the cloud that the vault is in: public, china or usgov.
func (v Vault) Cloud() string {
	for _, c := range Clouds() {
		if strings.HasSuffix(v.Host, c.Suffix) {
			return c.Name
		}
	}
	return Clouds()[0].Name
}

// Named is the vault of a name in a cloud: public, china or usgov; public when it is
// empty.
func Named(name, cloud string) (Vault, error) {
	suffix := suffixes[0]
	for _, c := range Clouds() {
		if c.Name == cloud {
			suffix = c.Suffix
		}
	}
	name = strings.ToLower(name)
	if !isLabel(name) {
		return Vault{}, &Error{"vault is not the name of a vault", "write the name alone, or the whole address as vault_url"}
	}
	return Vault{Name: name, Host: name + suffix}, nil
}

// isLabel reports that a text can stand between the dots of a host.
func isLabel(text string) bool { return len(text) <= 63 && labelCharacters.MatchString(text) }

var labelCharacters = regex.Of(`^[a-z0-9-]+$`)

// nameForm is the rule for new vaults
// (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules).
var nameForm = regex.Of(`^[a-z][a-z0-9-]{1,22}[a-z0-9]$`)

// Parse reads a vault_url. The grammar is narrower than that of a URL: https, one
// label, a known suffix, nothing else. Whatever else a URL may hold (a port, a
// user, a path, a trailing dot) only serves to send a token to another host. A host
// without a known suffix is a custom endpoint, where custom says what its tokens are
// for; with none it is an error.
func Parse(text string, custom Resource) (Vault, error) {
	host, ok := strings.CutPrefix(text, "https://")
	if !ok {
		return Vault{}, missingScheme(text)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "/"))
	for i := 0; i < len(host); i++ {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return Vault{}, &Error{"vault_url holds more than a host", "write it as https://NAME.vault.azure.net"}
		}
	}
	for _, suffix := range suffixes {
		name, ok := strings.CutSuffix(host, suffix)
		if !ok {
			continue
		}
		if !isLabel(name) {
			return Vault{}, &Error{fmt.Sprintf("vault_url names no vault before %s", suffix), "write it as https://NAME" + suffix}
		}
		return Vault{Name: name, Host: host}, nil
	}
	if custom != "" {
		return custom.endpoint(host)
	}
	return Vault{}, wrongHost(host)
}

func missingScheme(text string) error {
	rest := strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(text), "http://"), "/")
	switch {
	case isLabel(rest):
		return &Error{"vault_url lacks https:// and the domain", "write https://" + rest + ".vault.azure.net"}
	case strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "":
		return &Error{"vault_url does not begin with https://", "write https://" + rest}
	}
	return &Error{"vault_url does not begin with https://", "write it as https://NAME.vault.azure.net"}
}

func wrongHost(host string) error {
	first, _, _ := strings.Cut(host, ".")
	switch {
	case strings.Contains(host, ".managedhsm."):
		return &Error{"vault_url is a Managed HSM, which stores keys and no secrets", "use a vault: https://NAME.vault.azure.net"}
	case isLabel(first):
		return &Error{"vault_url is not the host of a vault", "vaults are https://NAME.vault.azure.net; did you mean https://" + first + ".vault.azure.net?"}
	}
	return &Error{"vault_url is not the host of a vault", "write it as https://NAME.vault.azure.net"}
}

// Unusual says why the service would not make a vault of this name today. Older
// rules may have allowed it, so the service decides. Custom endpoints have rules of
// their own.
func (v Vault) Unusual() string {
	if v.Custom() || nameForm.MatchString(v.Name) && !strings.Contains(v.Name, "--") {
		return ""
	}
	return fmt.Sprintf("vault name %s (%d characters) is not what Azure allows for new vaults: 3 to 24 letters, digits and single hyphens, beginning with a letter", v.Name, len(v.Name))
}
