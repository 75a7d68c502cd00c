// Package identity turns the auth settings of a provider into a credential, and
// says which environment each kind needs.
//
// Next: internal/keyvault, which uses the credential.
package identity

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// The kinds of authentication.
const (
	Default         = "default"
	ManagedIdentity = "managed_identity"
	CLI             = "cli"
)

// Config is the auth settings of a provider.
type Config struct {
	Kind         string `sz:"kind" default:"default" enum:"default,managed_identity,cli" doc:"how to authenticate: default, managed_identity or cli"`
	ClientID     string `sz:"client_id" doc:"the client id of a user-assigned managed identity" pattern:"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" hint:"a GUID such as 00000000-0000-0000-0000-000000000000"`
	TenantID     string `sz:"tenant_id" doc:"the tenant to sign in to" pattern:"[0-9a-zA-Z.-]+" hint:"a GUID or a domain"`
	Subscription string `sz:"subscription" doc:"the subscription of the Azure CLI to use"`
}

// Rules relates the keys.
func (Config) Rules() []schema.Rule {
	return []schema.Rule{
		{Kind: schema.OnlyWhen, Attributes: []string{"client_id"}, When: "kind", Equals: []string{ManagedIdentity}},
		{Kind: schema.OnlyWhen, Attributes: []string{"tenant_id"}, When: "kind", Equals: []string{Default, CLI}},
		{Kind: schema.OnlyWhen, Attributes: []string{"subscription"}, When: "kind", Equals: []string{CLI}},
	}
}

// Credential makes the credential. It asks nobody for a token yet.
func (c Config) Credential(ctx context.Context, options policy.ClientOptions) (azcore.TokenCredential, error) {
	switch c.Kind {
	case ManagedIdentity:
		if err := reachable(ctx, metadata); err != nil {
			return nil, err
		}
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.ClientID != "" {
			o.ID = azidentity.ClientID(c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case CLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: c.TenantID, Subscription: c.Subscription})
	}
	return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options, TenantID: c.TenantID})
}

// metadata is the address of the Instance Metadata Service of a virtual machine.
const metadata = "169.254.169.254:80"

// reachable finds out within a second whether there is a managed identity
// endpoint: azidentity itself retries for a minute and a half.
func reachable(ctx context.Context, address string) error {
	if os.Getenv("IDENTITY_ENDPOINT") != "" || os.Getenv("MSI_ENDPOINT") != "" {
		return nil
	}
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		return conn.Close()
	}
	return &sdk.Error{
		Class: sdk.Authentication, Code: "no-managed-identity",
		Summary: "no managed identity endpoint is reachable from this machine",
		Detail:  "auth.kind managed_identity works on Azure only: on App Service, Functions, Container Apps, virtual machines and AKS",
		Hint:    "for local work run `az login` and use kind: cli, or kind: default, which tries both",
	}
}

// Explain turns the failure to get a token into an error that says what was tried
// and what to do.
func (c Config) Explain(err error) *sdk.Error {
	e := &sdk.Error{Class: sdk.Authentication, Code: "authentication-failed", Summary: fmt.Sprintf("no token could be had with auth.kind %s", c.Kind), Detail: firstLines(err)}
	switch c.Kind {
	case ManagedIdentity:
		e.Hint = "check that the identity is assigned to this app or machine: `az webapp identity show --name APP --resource-group GROUP`"
		if c.ClientID != "" {
			e.Hint += ", and that its client id is " + c.ClientID
		}
	case CLI:
		e.Hint = "run `az login`, then `az account show` to see who you are"
	default:
		e.Hint = "run `az login` for local work, or name one way with auth.kind: managed_identity or cli"
	}
	return e
}

// IsAuthentication reports whether an error is about getting a token.
func IsAuthentication(err error) bool {
	_, failed := errors.AsType[*azidentity.AuthenticationFailedError](err)
	_, required := errors.AsType[*azidentity.AuthenticationRequiredError](err)
	return failed || required || err != nil && (strings.Contains(err.Error(), "failed to acquire a token") || strings.HasPrefix(err.Error(), "AzureCLICredential") || strings.HasPrefix(err.Error(), "ManagedIdentityCredential"))
}

func firstLines(err error) string {
	lines := strings.SplitN(err.Error(), "\n", 9)
	return clip(strings.Join(lines[:min(8, len(lines))], "\n"))
}

func clip(text string) string {
	if len(text) > 1024 {
		return strings.ToValidUTF8(text[:1024], "") + "…"
	}
	return text
}
