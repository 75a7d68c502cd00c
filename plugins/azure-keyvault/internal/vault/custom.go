package vault

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// Resource is what tokens for custom endpoints are for: those of a private cloud, or
// of an emulator. The zero Resource allows no custom endpoint.
type Resource string

// resourceForm is https and a host of two labels or more, the last of which is no
// number: a GUID has none of it, and neither has an address.
var resourceForm = regex.Of(`^https://([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$`)

// ParseResource reads the resource of custom endpoints. A GUID is never one: it is
// the name of any application, and whoever answers at an endpoint could ask for a
// token that opens something else.
func ParseResource(text string) (Resource, error) {
	if !resourceForm.MatchString(text) {
		return "", &Error{"resource is not https:// and the domain that the vaults are in", "write it as the endpoint's challenge has it, such as https://vault.example.com; an application's id or GUID is not accepted"}
	}
	return Resource(text), nil
}

// Custom reports that the vault is at a custom endpoint, and not one of Azure's.
func (v Vault) Custom() bool { return v.custom != "" }

// endpoint is the vault at a host in the domain of the resource. A host elsewhere
// would get tokens that open what it is not; the SDK, which compares the same in the
// challenge, would refuse it as well.
func (r Resource) endpoint(host string) (Vault, error) {
	name, _, _ := strings.Cut(host, ".")
	for label := range strings.SplitSeq(host, ".") {
		if !isLabel(label) {
			return Vault{}, &Error{"vault_url is not a host", "write it as https://NAME." + r.domain()}
		}
	}
	if strings.Contains(host, ".managedhsm.") {
		return Vault{}, wrongHost(host)
	}
	if !strings.HasSuffix(host, "."+r.domain()) {
		return Vault{}, &Error{fmt.Sprintf("vault_url is neither a vault of Azure nor a custom endpoint in the domain of resource %s", r), "write it as https://NAME." + r.domain() + ", or correct resource: a token for one domain is not given to another"}
	}
	return Vault{Name: name, Host: host, custom: r}, nil
}

func (r Resource) domain() string { return strings.TrimPrefix(string(r), "https://") }
