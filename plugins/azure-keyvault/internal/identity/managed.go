package identity

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"

	"github.com/secretzero/sz/sdk"
)

// Where managed identities are asked for when the environment does not say it: the
// Instance Metadata Service of a virtual machine, and the agent of Azure Arc.
const (
	metadata = "169.254.169.254:80"
	arcAgent = "127.0.0.1:40342"
)

// place is where this machine or app asks for a token of its managed identity.
type place struct {
	source  managedidentity.Source
	address string // host:port
}

// thisPlace is what azidentity takes this place for.
func thisPlace() place {
	p := place{managedidentity.DefaultToIMDS, metadata}
	if source, err := managedidentity.GetSource(); err == nil {
		p.source = source
	}
	switch p.source {
	case managedidentity.AppService, managedidentity.ServiceFabric:
		p.address = addressOf(os.Getenv("IDENTITY_ENDPOINT"))
	case managedidentity.AzureML, managedidentity.CloudShell:
		p.address = addressOf(os.Getenv("MSI_ENDPOINT"))
	case managedidentity.AzureArc:
		p.address = cmp.Or(addressOf(os.Getenv("IDENTITY_ENDPOINT")), arcAgent)
	}
	return p
}

// addressOf is the host:port of an endpoint; empty when it has none.
func addressOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]))
}

// managedIdentity is the identity that Azure gives to a machine or an app.
func (m *maker) managedIdentity(s Settings) (azcore.TokenCredential, error) {
	at := thisPlace()
	o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: m.client}
	switch {
	case s.ClientID != "":
		o.ID = azidentity.ClientID(s.ClientID)
	case s.ResourceID != "":
		o.ID = azidentity.ResourceID(s.ResourceID)
	case s.ObjectID != "":
		o.ID = azidentity.ObjectID(s.ObjectID)
	}
	if at.source != managedidentity.DefaultToIMDS {
		// It is on this machine or beside it: what does not pass at once does not pass.
		o.Retry.MaxRetries, o.Retry.RetryDelay = 2, 300*time.Millisecond
	}
	if at.source == managedidentity.ServiceFabric {
		o.ClientOptions = pinnable(o.ClientOptions)
	}
	made, err := azidentity.NewManagedIdentityCredential(o)
	if err != nil {
		return nil, err
	}
	return &preflight{TokenCredential: made, place: at}, nil
}

// pinnable are options with a plain client: Service Fabric's endpoint has a certificate of
// its own, which azidentity pins on a plain client and on nothing else. What never left
// is not tried again.
func pinnable(client policy.ClientOptions) policy.ClientOptions {
	client.Transport = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(sdk.SandboxProxy()), OnProxyConnectResponse: sdk.ProxyAnswer, TLSHandshakeTimeout: 10 * time.Second}}
	client.Retry.ShouldRetry = func(response *http.Response, err error) bool {
		return err == nil && (response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= http.StatusInternalServerError)
	}
	return client
}

// preflight finds out first whether anybody is there to ask.
type preflight struct {
	azcore.TokenCredential
	place place
}

// GetToken gets a token.
func (p *preflight) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if err := p.place.reachable(ctx); err != nil {
		return azcore.AccessToken{}, err
	}
	return p.TokenCredential.GetToken(ctx, o)
}

// managedTransport sends a request to the managed identity endpoint only when somebody
// is there. azidentity takes any answer for a sign of it, also that of a proxy which says
// that nobody is, and goes on for half a minute. An endpoint on this machine that fails
// twice is not asked again either.
type managedTransport struct {
	policy.Transporter
	place  place
	failed atomic.Int32 // in a row
}

// Do sends a request.
func (t *managedTransport) Do(request *http.Request) (*http.Response, error) {
	if addressOf(request.URL.String()) != t.place.address {
		return t.Transporter.Do(request)
	}
	if err := t.place.reachable(request.Context()); err != nil {
		return nil, err
	}
	response, err := t.Transporter.Do(request)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode < http.StatusInternalServerError || t.place.source == managedidentity.DefaultToIMDS:
		t.failed.Store(0)
	case t.failed.Add(1) > 1:
		status := response.Status
		_ = response.Body.Close() // it says nothing more that counts
		return nil, &refusal{
			class: sdk.Authentication, code: "no-managed-identity", why: "the managed identity endpoint of " + places[t.place.source].name + " fails: " + clip(status), hint: places[t.place.source].check,
		}
	}
	return response, nil
}

// reachable finds out within a second whether there is a managed identity endpoint:
// azidentity itself, which must believe that it runs on Azure, retries for a minute and
// a half.
func (p place) reachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := sdk.Dial(ctx, "tcp", p.address)
	if err == nil {
		return conn.Close()
	}
	if p.source != managedidentity.DefaultToIMDS {
		return &refusal{
			class: sdk.Authentication, code: "no-managed-identity",
			why:    "the managed identity endpoint of " + places[p.source].name + " does not answer at " + word(p.address),
			detail: clip(err.Error()), hint: places[p.source].check,
		}
	}
	return &refusal{
		class: sdk.Authentication, code: "no-managed-identity", absent: true,
		why:    "no managed identity endpoint is reachable from this machine",
		detail: "auth.kind managed_identity works on Azure only: on App Service, Functions, Container Apps, Service Fabric, virtual machines, AKS and machines with Azure Arc",
		hint:   "for local work run `az login` and use kind: cli, or kind: default, which tries both",
	}
}

// places are what people call the places, and how to see whether they work.
var places = map[managedidentity.Source]struct{ name, check string }{
	managedidentity.AppService:    {"this app", "IDENTITY_ENDPOINT is set by App Service, Functions and Container Apps in the app itself; elsewhere unset it"},
	managedidentity.ServiceFabric: {"Service Fabric", "IDENTITY_ENDPOINT is set by the cluster, which needs its managed identity token service; elsewhere unset it"},
	managedidentity.AzureML:       {"Azure Machine Learning", "MSI_ENDPOINT is set on the compute itself; elsewhere unset it"},
	managedidentity.CloudShell:    {"Cloud Shell", "MSI_ENDPOINT is set by Cloud Shell: open a new one; elsewhere unset it"},
	managedidentity.AzureArc:      {"Azure Arc", "is the agent running? `azcmagent show`, `systemctl status himdsd`"},
}
