package emulator

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Application is an application of the directory that may sign in.
type Application struct {
	ID     string
	Tenant string // its home; DefaultTenant when empty
	Secret string // empty when it has none
	// SecretExpires is when the secret stops to work; never when zero.
	SecretExpires time.Time
	// Certificate is the one that it may sign in with; nil when it has none.
	Certificate *x509.Certificate
	// Trusts are the other identity providers whose tokens it signs in with.
	Trusts []Trust
}

// Trust is a federated credential: whose tokens an application signs in with.
type Trust struct {
	Issuer   string
	Subject  string
	Audience string // ExchangeAudience when empty
}

// ExchangeAudience is whom the tokens of other identity providers are for
// (learn.microsoft.com/entra/workload-id/workload-identity-federation).
const ExchangeAudience = "api://AzureADTokenExchange"

func (a Application) tenant() string {
	if a.Tenant == "" {
		return DefaultTenant
	}
	return a.Tenant
}

// application finds one that was declared. When none was, any application may sign in.
func (o Options) application(id string) (Application, bool) {
	i := slices.IndexFunc(o.Applications, func(a Application) bool { return strings.EqualFold(a.ID, id) })
	if i < 0 {
		return Application{}, false
	}
	return o.Applications[i], true
}

// knowsTenant reports whether there is a tenant. When no application was declared,
// every one exists.
func (o Options) knowsTenant(tenant string) bool {
	return len(o.Applications) == 0 || tenant == DefaultTenant || tenant == "common" || tenant == "organizations" ||
		slices.ContainsFunc(o.Applications, func(a Application) bool { return strings.EqualFold(a.tenant(), tenant) })
}

func (o Options) checkApplications() error {
	for _, a := range o.Applications {
		if a.ID == "" {
			return fmt.Errorf("an application has no id")
		}
	}
	return nil
}

// SystemIdentity stands for the system-assigned managed identity in
// Options.Identities.
const SystemIdentity = "system"

// assigned reports whether a managed identity is assigned to the machine or app that
// the emulator plays; every one is when Options.Identities names none.
func (o Options) assigned(identity string) bool {
	if identity == systemIdentity {
		identity = SystemIdentity
	}
	return len(o.Identities) == 0 || slices.ContainsFunc(o.Identities, func(i string) bool { return strings.EqualFold(i, identity) })
}
