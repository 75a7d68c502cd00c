package emulator

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

const (
	registered = "12345678-0000-4000-8000-00000000000a"
	elsewhere  = "99999999-2222-3333-4444-555555555555"
)

// pair makes a certificate with its key.
func pair(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sz"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

func get(t *testing.T, credential azcore.TokenCredential, err error) (azcore.AccessToken, error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}, EnableCAE: true})
}

// TestApplicationsSignIn lets azidentity sign in as an application in each way that
// there is, in the right way and in wrong ones.
func TestApplicationsSignIn(t *testing.T) {
	certificate, key := pair(t)
	another, anotherKey := pair(t)
	s := start(t, Options{Applications: []Application{
		{ID: registered, Secret: "its-secret", Certificate: certificate, Trusts: []Trust{{Issuer: GitHubIssuer, Subject: GitHubSubject}}},
		{ID: "expired", Secret: "its-secret", SecretExpires: time.Now().Add(-time.Minute)},
		{ID: "abroad", Secret: "its-secret", Tenant: elsewhere},
	}})
	transport := s.Client()
	t.Cleanup(transport.CloseIdleConnections)
	options := azcore.ClientOptions{Transport: transport, Retry: policy.RetryOptions{MaxRetries: -1}}
	secret := func(tenant, app, secret string) func() (azcore.AccessToken, error) {
		return func() (azcore.AccessToken, error) {
			c, err := azidentity.NewClientSecretCredential(tenant, app, secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
			return get(t, c, err)
		}
	}
	signed := func(c *x509.Certificate, key *rsa.PrivateKey, chain bool) func() (azcore.AccessToken, error) {
		return func() (azcore.AccessToken, error) {
			made, err := azidentity.NewClientCertificateCredential(DefaultTenant, registered, []*x509.Certificate{c}, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: options, SendCertificateChain: chain})
			return get(t, made, err)
		}
	}
	assertion := func(issuer, subject, audience string, age time.Duration) func() (azcore.AccessToken, error) {
		return func() (azcore.AccessToken, error) {
			source := func(context.Context) (string, error) {
				return s.Assertion(issuer, subject, audience, time.Now().Add(-age)), nil
			}
			c, err := azidentity.NewClientAssertionCredential(DefaultTenant, registered, source, &azidentity.ClientAssertionCredentialOptions{ClientOptions: options})
			return get(t, c, err)
		}
	}
	for _, c := range []struct {
		name string
		sign func() (azcore.AccessToken, error)
		code string // of Microsoft Entra; empty for a token
	}{
		{"secret", secret(DefaultTenant, registered, "its-secret"), ""},
		{"in its own tenant", secret(elsewhere, "abroad", "its-secret"), ""},
		{"wrong secret", secret(DefaultTenant, registered, "guessed"), "AADSTS7000215"},
		{"expired secret", secret(DefaultTenant, "expired", "its-secret"), "AADSTS7000222"},
		{"wrong tenant", secret(DefaultTenant, "abroad", "its-secret"), "AADSTS700016"},
		{"no tenant", secret("88888888-2222-3333-4444-555555555555", registered, "its-secret"), "AADSTS90002"},
		{"unknown application", secret(DefaultTenant, "nobody", "its-secret"), "AADSTS700016"},
		{"certificate", signed(certificate, key, false), ""},
		{"certificate with its chain", signed(certificate, key, true), ""},
		{"another certificate", signed(another, anotherKey, false), "AADSTS700027"},
		{"assertion", assertion(GitHubIssuer, GitHubSubject, ExchangeAudience, 0), ""},
		{"assertion of another branch", assertion(GitHubIssuer, "repo:octo-org/octo-repo:ref:refs/heads/other", ExchangeAudience, 0), "AADSTS700213"},
		{"assertion of another issuer", assertion(KubernetesIssuer, GitHubSubject, ExchangeAudience, 0), "AADSTS700211"},
		{"assertion for somebody else", assertion(GitHubIssuer, GitHubSubject, "sts.amazonaws.com", 0), "AADSTS700212"},
		{"expired assertion", assertion(GitHubIssuer, GitHubSubject, ExchangeAudience, 2*assertionLife), "AADSTS700024"},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := c.sign()
			if c.code == "" {
				if claims, ok := s.tokens.open(token.Token); err != nil || !ok || claims.App != registered && claims.App != "abroad" {
					t.Errorf("%+v, %v", claims, err)
				}
				return
			}
			if failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); !ok || !strings.Contains(failed.Error(), c.code+":") {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// TestVirtualMachine lets azidentity ask the metadata service, whose address is mapped
// to where the emulator listens.
func TestVirtualMachine(t *testing.T) {
	const assigned = "12345678-0000-4000-8000-00000000000b"
	s := start(t, Options{Metadata: "127.0.0.1:0", Identities: []string{assigned}})
	var dialer net.Dialer
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "169.254.169.254:80" {
			t.Errorf("dialed %s", address)
		}
		return dialer.DialContext(ctx, network, s.MetadataAddress())
	}}}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(id azidentity.ManagedIDKind) (azcore.AccessToken, error) {
		c, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ID: id, ClientOptions: azcore.ClientOptions{Transport: client}})
		return get(t, c, err)
	}
	token, err := ask(azidentity.ClientID(assigned))
	if c, ok := s.tokens.open(token.Token); err != nil || !ok || c.App != assigned || c.Audience != "https://vault.azure.net" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := ask(azidentity.ClientID(registered)); err == nil || !strings.Contains(err.Error(), "isn't assigned to this resource") {
		t.Errorf("an identity that is not assigned: %v", err)
	}
	if _, err := ask(nil); err == nil || !strings.Contains(err.Error(), "Identity not found") {
		t.Errorf("no system-assigned identity: %v", err)
	}
	for path, want := range map[string]string{
		metadataPath + "?api-version=2018-02-01&resource=x": "Required metadata header not specified", // as a browser would ask
		"/metadata/instance": "Not found",
	} {
		response, err := http.Get("http://" + s.MetadataAddress() + path)
		if err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 512)
		n, _ := response.Body.Read(text)
		_ = response.Body.Close()
		if response.StatusCode < 400 || !strings.Contains(string(text[:n]), want) {
			t.Errorf("%s: %d %s", path, response.StatusCode, text[:n])
		}
	}
}
