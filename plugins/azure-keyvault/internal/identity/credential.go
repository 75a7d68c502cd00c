package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// Options are what a credential needs besides the auth settings.
type Options struct {
	Client policy.ClientOptions // how requests are sent
	// Info is what the session is told: the project, which relative paths do not leave,
	// and what the user allows.
	Info sdk.OpenInfo
	// AuthorityHost is where tokens come from; empty leaves it to the cloud.
	AuthorityHost string
	// Cloud is that of the vaults: public, china or usgov; empty leaves it to them.
	Cloud string
	// DisableInstanceDiscovery takes an authority at its word.
	DisableInstanceDiscovery bool
}

// Credential is the one credential of a provider instance. It is made when the first
// vault asks for a token, and safe for concurrent use.
type Credential struct {
	config  Config
	options Options

	mu       sync.Mutex
	made     azcore.TokenCredential
	cloud    string // that it was made for
	tokens   map[string]azcore.AccessToken
	who      Who
	failures map[string]failure // by what was asked for, as tokens
}

// failure is why there was no token, and when that was.
type failure struct {
	err error
	at  time.Time
}

// New makes a credential, and reports everything that can be known to be wrong with
// its settings without asking anybody.
func New(c Config, o Options) (*Credential, error) {
	found := append(c.checkTenants(o.Info), o.checkDiscovery(c))
	if _, err := o.authority(c, o.Cloud); err != nil {
		found = append(found, err)
	}
	if err := errors.Join(found...); err != nil {
		return nil, err
	}
	return &Credential{config: c, options: o, tokens: map[string]azcore.AccessToken{}, failures: map[string]failure{}}, nil
}

// checkTenants allows tenants by their ids only, unless the user allows all: a vault
// chooses the tenant that it asks a token of.
func (c Config) checkTenants(info sdk.OpenInfo) []error {
	var found []error
	for i, tenant := range c.AdditionallyAllowedTenants {
		e := &sdk.Error{Class: sdk.InvalidConfig, Code: "bad-tenant", Path: append(schema.Keys("auth", "additionally_allowed_tenants"), schema.Step{Index: i})}
		switch {
		case tenant == everyTenant && anyTenant.Allows(info, everyTenant):
			continue
		case tenant == everyTenant:
			e.Summary = "tenant * is not accepted from a Secretfile: any vault could ask for a token of any tenant"
			e.Hint = "list the ids of the tenants: `az account list --query \"[].tenantId\" -o tsv`; " + anyTenant.Hint(providerKind, everyTenant)
		case !isGUID(tenant):
			e.Summary = "a tenant is allowed by its id, which is a GUID"
			e.Hint = "find it with `az account list --query \"[].tenantId\" -o tsv`"
		default:
			continue
		}
		found = append(found, e)
	}
	return found
}

// Claims are what the settings alone say of the identity.
func (c *Credential) Claims() []sdk.Claim {
	claims := []sdk.Claim{{Name: "kind", Value: c.config.Kind}}
	for name, value := range map[string]string{"tenant": c.config.TenantID, "client_id": c.config.ClientID} {
		if value != "" {
			claims = append(claims, sdk.Claim{Name: name, Value: value})
		}
	}
	slices.SortFunc(claims, func(a, b sdk.Claim) int { return strings.Compare(a.Name, b.Name) })
	return claims
}

// Who is whom the last token was given to; zero when there was none.
func (c *Credential) Who() Who {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who
}

// links are the kinds that are tried: the one configured, or those of the chain.
func (c Config) links() []Link {
	if c.Kind == Chain {
		return c.Chain
	}
	return []Link{{c.Kind, c.Settings}}
}

// believed is how long a failure counts without trying again: a plan asks for many
// secrets at once, and an expired password does not get better by a thousand tries.
const believed = 30 * time.Second

// token gets a token from the credential, once for all who ask at the same time.
func (c *Credential) token(ctx context.Context, asked policy.TokenRequestOptions, cloud string) (azcore.AccessToken, Who, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != nil && c.cloud != cloud {
		return azcore.AccessToken{}, Who{}, &refusal{
			class: sdk.InvalidConfig, code: "two-clouds", why: fmt.Sprintf("it is in the %s cloud, and this provider signs in to the %s cloud", cloud, c.cloud),
			hint: "declare a provider for each cloud",
		}
	}
	key := fmt.Sprint(asked.TenantID, asked.Scopes)
	if token, ok := c.tokens[key]; ok && asked.Claims == "" && time.Until(token.ExpiresOn) > 5*time.Minute {
		return token, whoseToken(token.Token), nil
	}
	if f, ok := c.failures[key]; ok && time.Since(f.at) < believed {
		return azcore.AccessToken{}, Who{}, f.err
	}
	token, err := c.ask(ctx, asked, cloud)
	if err != nil {
		if ctx.Err() == nil {
			c.failures[key] = failure{err, time.Now()}
		}
		return azcore.AccessToken{}, Who{}, err
	}
	delete(c.failures, key)
	c.tokens[key], c.who = token, whoseToken(token.Token)
	return token, c.who, nil
}

// ask asks the credential, which is made for the first question.
func (c *Credential) ask(ctx context.Context, asked policy.TokenRequestOptions, cloud string) (azcore.AccessToken, error) {
	if c.made == nil {
		made, err := c.make(cloud)
		if err != nil {
			return azcore.AccessToken{}, err
		}
		c.made, c.cloud = made, cloud
	}
	return c.made.GetToken(ctx, asked)
}

func (c *Credential) make(cloud string) (azcore.TokenCredential, error) {
	authority, err := c.options.authority(c.config, cloud)
	if err != nil {
		return nil, err
	}
	m := &maker{options: c.options, config: c.config, client: c.options.Client, cloud: cloudNamed(cloud)}
	m.client.Cloud = authority.cloud()
	if c.config.Kind == Chain {
		return m.chain(c.config.Chain)
	}
	return m.link(Link{c.config.Kind, c.config.Settings})
}
