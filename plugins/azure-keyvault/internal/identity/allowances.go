package identity

import (
	"github.com/secretzero/sz/sdk"
)

// providerKind is what a Secretfile and a user's configuration call this provider.
const providerKind = "azure"

// everyTenant is the word for all tenants.
const everyTenant = "*"

// What only a user may allow, since an authority is given the credential itself, and a
// vault chooses the tenant that it asks a token of.
var (
	authorityHosts = sdk.Allowance{
		Name: "authority_hosts", Settings: []string{"authority_host", "env.AZURE_AUTHORITY_HOST"},
		Summary: "hosts, besides those of Microsoft Entra, that may be given the credential",
	}
	noDiscovery = sdk.Allowance{
		Name: "disable_instance_discovery", Settings: []string{"disable_instance_discovery"},
		Summary: "an authority of one's own is taken at its word, without Microsoft being asked whether it knows it",
	}
	anyTenant = sdk.Allowance{
		Name: "tenants", Settings: []string{"auth.additionally_allowed_tenants"},
		Summary: "* lets vaults ask for tokens of every tenant",
	}
)

// Allowances are what only a user may allow.
func Allowances() []sdk.Allowance { return []sdk.Allowance{authorityHosts, noDiscovery, anyTenant} }
