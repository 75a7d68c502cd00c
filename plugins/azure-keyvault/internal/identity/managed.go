package identity

import (
	"context"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/secretzero/sz/sdk"
)

// metadata is the address of the Instance Metadata Service of a virtual machine.
const metadata = "169.254.169.254:80"

// managedIdentity is the identity that Azure gives to a machine or an app.
func (m *maker) managedIdentity(s Settings) (azcore.TokenCredential, error) {
	o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: m.client}
	switch {
	case s.ClientID != "":
		o.ID = azidentity.ClientID(s.ClientID)
	case s.ResourceID != "":
		o.ID = azidentity.ResourceID(s.ResourceID)
	case s.ObjectID != "":
		o.ID = azidentity.ObjectID(s.ObjectID)
	}
	if os.Getenv("IDENTITY_SERVER_THUMBPRINT") != "" {
		// Service Fabric's endpoint has a certificate of its own, which azidentity pins
		// on a plain client and on nothing else.
		o.Transport = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(sdk.SandboxProxy())}}
	}
	made, err := azidentity.NewManagedIdentityCredential(o)
	if err != nil {
		return nil, err
	}
	return &preflight{TokenCredential: made, address: metadata}, nil
}

// preflight finds out first whether anybody is there to ask.
type preflight struct {
	azcore.TokenCredential
	address string
}

// GetToken gets a token.
func (p *preflight) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if err := reachable(ctx, p.address); err != nil {
		return azcore.AccessToken{}, err
	}
	return p.TokenCredential.GetToken(ctx, o)
}

// metadataTransport sends a request to the metadata service only when somebody is
// there. azidentity takes any answer for a sign of it, also that of a proxy which says
// that nobody is, and goes on for half a minute.
type metadataTransport struct {
	policy.Transporter
	address string
}

// Do sends a request.
func (t *metadataTransport) Do(request *http.Request) (*http.Response, error) {
	if host, _, _ := net.SplitHostPort(t.address); request.URL.Hostname() == host {
		if err := reachable(request.Context(), t.address); err != nil {
			return nil, err
		}
	}
	return t.Transporter.Do(request)
}

// reachable finds out within a second whether there is a managed identity endpoint:
// azidentity itself, which must believe that it runs on Azure, retries for a minute and
// a half.
func reachable(ctx context.Context, address string) error {
	if os.Getenv("IDENTITY_ENDPOINT") != "" || os.Getenv("MSI_ENDPOINT") != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := sdk.Dial(ctx, "tcp", address)
	if err == nil {
		return conn.Close()
	}
	return &refusal{
		class: sdk.Authentication, code: "no-managed-identity", absent: true,
		why:    "no managed identity endpoint is reachable from this machine",
		detail: "auth.kind managed_identity works on Azure only: on App Service, Functions, Container Apps, virtual machines and AKS",
		hint:   "for local work run `az login` and use kind: cli, or kind: default, which tries both",
	}
}
