package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/secretzero/sz/sdk"
)

// Store is a vault that wants tokens.
type Store struct {
	Name     string // for messages and commands
	Host     string
	Resource string // the audience that its tokens must have, such as https://vault.azure.net
}

// For is the credential as one vault sees it. The vault's challenge says of which
// tenant and for which resource it wants a token, and a vault may lie: so a token is
// for the vault's own resource and no other, and of the credential's own tenant unless
// the Secretfile lists another. Errors are [*sdk.Error].
func (c *Credential) For(s Store) azcore.TokenCredential { return &guard{c, s} }

type guard struct {
	credential *Credential
	store      Store
}

// GetToken gets a token, or says why there is none.
func (g *guard) GetToken(ctx context.Context, asked policy.TokenRequestOptions) (azcore.AccessToken, error) {
	challenged := strings.ToLower(asked.TenantID)
	asked, err := g.admit(asked)
	if err != nil {
		return azcore.AccessToken{}, g.refuse(err)
	}
	cloud := cmp.Or(g.credential.options.Cloud, CloudOf(g.store.Resource), clouds[0].name)
	token, who, err := g.credential.token(ctx, asked, cloud)
	if err != nil {
		return azcore.AccessToken{}, g.refuse(err)
	}
	untold := who.Tenant == "" && strings.EqualFold(g.credential.config.TenantID, challenged)
	if who.Tenant != challenged && !untold {
		return azcore.AccessToken{}, g.refuse(g.wrongTenant(challenged, who.Tenant))
	}
	return token, nil
}

// admit judges what a vault asks for. What is left of it is asked of the credential:
// the tenant only where the Secretfile lists it, so that a vault does not choose it.
func (g *guard) admit(asked policy.TokenRequestOptions) (policy.TokenRequestOptions, error) {
	if len(asked.Scopes) != 1 || asked.Scopes[0] != g.store.Resource+"/.default" {
		return asked, &refusal{
			class: sdk.Authentication, code: "wrong-audience", detail: g.identity(), why: fmt.Sprintf("it asks for a token for %q, and tokens for its address are for %s", clip(strings.Join(asked.Scopes, " ")), g.store.Resource),
			hint: "whatever answers at this address is not the vault that the address names; nothing was sent to it",
		}
	}
	if at, err := g.credential.options.authority(g.credential.config, g.credential.options.Cloud); err == nil && at.host == g.store.Host {
		return asked, &refusal{
			class: sdk.Authentication, code: "vault-is-authority", why: g.store.Host + " is also the authority, and would be given the credential itself",
			hint: "correct vault_url or authority_host",
		}
	}
	own := g.credential.config.TenantID
	switch {
	case g.credential.config.allowsTenant(asked.TenantID):
	case isGUID(own) && !strings.EqualFold(own, asked.TenantID):
		return asked, g.wrongTenant(asked.TenantID, own)
	default:
		asked.TenantID = ""
	}
	return asked, nil
}

// allowsTenant reports a tenant, besides the credential's own, of which a vault may ask
// for a token.
func (c Config) allowsTenant(id string) bool {
	return isGUID(id) && slices.ContainsFunc(c.AdditionallyAllowedTenants, func(t string) bool { return t == everyTenant || strings.EqualFold(t, id) })
}

// wrongTenant is a vault whose tenant the credential is not of.
func (g *guard) wrongTenant(vaults, own string) *refusal {
	vaults, c := word(vaults), g.credential.config
	this := "of tenant " + word(own)
	if own == "" {
		this = "of a tenant that its token does not tell"
	}
	r := &refusal{
		class: sdk.Authentication, code: "wrong-tenant", detail: g.identity(), why: fmt.Sprintf("it is in tenant %s, and this identity is %s", vaults, this),
	}
	switch c.Kind {
	case "cli", Default:
		r.hint = fmt.Sprintf("sign in there with `az login --tenant %s` and set auth.tenant_id: %s", vaults, vaults)
	case ManagedIdentity:
		r.hint = "a managed identity is of its subscription's tenant only; is it the right vault? `az keyvault show --name " + g.store.Name + " --query properties.tenantId -o tsv`"
	default:
		r.hint = fmt.Sprintf("set auth.tenant_id: %s; or, for an identity that is used in both, additionally_allowed_tenants: [%s]", vaults, vaults)
	}
	r.hint += ". The vault's tenant is `az keyvault show --name " + g.store.Name + " --query properties.tenantId -o tsv`"
	return r
}

// identity is whom a token was given to, or whom one would be asked for as.
func (g *guard) identity() string {
	c := g.credential
	if who := c.Who(); !who.IsZero() {
		return "identity: " + who.String()
	}
	return triedAs(Link{c.config.Kind, c.config.Settings})
}

// refuse makes an error of what went wrong, for the vault that the token was for.
func (g *guard) refuse(err error) error {
	if ready, ok := errors.AsType[*sdk.Error](err); ok {
		return ready
	}
	r, ok := errors.AsType[*refusal](err)
	if !ok && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return err
	}
	if !ok {
		return &sdk.Error{Class: sdk.Authentication, Code: "authentication-failed", Summary: "no token for vault " + g.store.Name, Detail: clip(err.Error())}
	}
	return &sdk.Error{Class: r.class, Code: r.code, Path: r.path, Summary: "no token for vault " + g.store.Name + ": " + r.why, Detail: r.detail, Hint: r.hint}
}
