package identity

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/secretzero/sz/sdk"
)

// What Azure Pipelines tells a job.
const (
	pipelinesURI   = "SYSTEM_OIDCREQUESTURI"
	pipelinesToken = "SYSTEM_ACCESSTOKEN"
)

// workloadIdentity exchanges the token of a Kubernetes service account.
func (m *maker) workloadIdentity(s Settings) (azcore.TokenCredential, error) {
	o := &azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, ClientID: s.ClientID, TenantID: s.TenantID, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	}
	key, path := "token_file", s.TokenFile
	if path == "" {
		key, path = "", os.Getenv("AZURE_FEDERATED_TOKEN_FILE")
	}
	if path != "" {
		if _, err := m.options.read(path); err != nil {
			return nil, m.unreadable(key, path, err)
		}
		o.TokenFilePath, _ = m.options.path(path) // which has just been read
	}
	return azidentity.NewWorkloadIdentityCredential(o)
}

// clientAssertion exchanges a token that another identity provider made.
func (m *maker) clientAssertion(s Settings) (azcore.TokenCredential, error) {
	return m.exchange(s, func(context.Context) (string, error) {
		if s.TokenFile == "" {
			return strings.TrimSpace(string(s.Assertion.Expose())), nil
		}
		// It is read each time: whoever writes it renews it.
		text, err := m.options.read(s.TokenFile)
		if err != nil {
			return "", m.unreadable("token_file", s.TokenFile, err)
		}
		return string(bytes.TrimSpace(text)), nil
	})
}

// pipelines exchanges a token that Azure Pipelines makes for a service connection.
func (m *maker) pipelines(s Settings) (azcore.TokenCredential, error) {
	token := cmp.Or(string(s.AccessToken.Expose()), os.Getenv(pipelinesToken))
	switch {
	case os.Getenv(pipelinesURI) == "":
		return nil, &refusal{
			class: sdk.Authentication, code: "not-in-pipelines", absent: true, why: "this is no job of Azure Pipelines: " + pipelinesURI + " is not set",
			hint: "for local work run `az login` and use kind: cli",
		}
	case token == "":
		return nil, &refusal{
			class: sdk.Authentication, code: "no-access-token", absent: true, why: "the job may not ask for a token: " + pipelinesToken + " is not set",
			hint: "map it in the step: `env: {" + pipelinesToken + ": $(System.AccessToken)}`",
		}
	}
	return azidentity.NewAzurePipelinesCredential(s.TenantID, s.ClientID, s.ServiceConnection, token, &azidentity.AzurePipelinesCredentialOptions{
		ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
}

// exchange makes a credential of a source of assertions.
func (m *maker) exchange(s Settings, source func(context.Context) (string, error)) (azcore.TokenCredential, error) {
	a := &assertions{source: source}
	made, err := azidentity.NewClientAssertionCredential(s.TenantID, s.ClientID, a.next, &azidentity.ClientAssertionCredentialOptions{
		ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
	a.TokenCredential = made
	return a, err
}

// assertions is a credential that keeps the error of its source: azidentity passes on
// no more than the text.
type assertions struct {
	azcore.TokenCredential
	source func(context.Context) (string, error)

	mu     sync.Mutex
	failed error
}

func (a *assertions) next(ctx context.Context) (string, error) {
	text, err := a.source(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed = err
	return text, err
}

// GetToken gets a token.
func (a *assertions) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := a.TokenCredential.GetToken(ctx, o)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil && a.failed != nil {
		err, a.failed = a.failed, nil
	}
	return token, err
}
