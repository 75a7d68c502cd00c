package identity

import (
	"bytes"
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"

	"github.com/secretzero/sz/sdk/schema"
)

// maker makes credentials. Its methods, in the files of this package, are the kinds of
// the table in kinds.go.
type maker struct {
	options Options
	config  Config
	client  azcore.ClientOptions // with the authority
	cloud   nationalCloud
	prefix  schema.Path // of the settings, for errors
}

// link makes one kind, whose errors are [*refusal].
func (m *maker) link(l Link) (azcore.TokenCredential, error) {
	made, err := kindOf(l.Kind).make(m, l.Settings)
	if err != nil {
		return nil, m.explain(l, err)
	}
	return &explained{made, m, l}, nil
}

// explained is a credential whose errors say what to do.
type explained struct {
	azcore.TokenCredential
	maker *maker
	link  Link
}

// GetToken gets a token.
func (e *explained) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := e.TokenCredential.GetToken(ctx, o)
	if err != nil {
		return token, e.maker.explain(e.link, err)
	}
	return token, nil
}

// environment signs in as the application that the environment names.
func (m *maker) environment(Settings) (azcore.TokenCredential, error) {
	return azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery})
}

// sdkDefault tries what the Azure SDKs try.
func (m *maker) sdkDefault(s Settings) (azcore.TokenCredential, error) {
	client, at := m.client, thisPlace()
	client.Transport = &managedTransport{Transporter: client.Transport, place: at}
	if at.source == managedidentity.ServiceFabric {
		client = pinnable(m.client)
	}
	return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
		ClientOptions: client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, TenantID: s.TenantID, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
		RequireAzureTokenCredentials: m.config.RequireTokenCredentials,
	})
}

// clientSecret signs in as an application with its secret.
func (m *maker) clientSecret(s Settings) (azcore.TokenCredential, error) {
	text := string(s.ClientSecret.Expose())
	if s.ClientSecretFile != "" {
		content, err := m.options.read(s.ClientSecretFile)
		if err != nil {
			return nil, m.unreadable("client_secret_file", s.ClientSecretFile, err)
		}
		text = string(bytes.TrimRight(content, "\r\n"))
	}
	return azidentity.NewClientSecretCredential(s.TenantID, s.ClientID, text, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
}

// clientCertificate signs in as an application with its certificate.
func (m *maker) clientCertificate(s Settings) (azcore.TokenCredential, error) {
	content, err := m.options.read(s.CertificatePath)
	if err != nil {
		return nil, m.unreadable("certificate_path", s.CertificatePath, err)
	}
	certificates, key, err := azidentity.ParseCertificates(content, s.Password.Expose())
	if err != nil {
		return nil, m.badCertificate(s, err)
	}
	return azidentity.NewClientCertificateCredential(s.TenantID, s.ClientID, certificates, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: m.client, DisableInstanceDiscovery: m.options.DisableInstanceDiscovery, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants, SendCertificateChain: s.SendChain,
	})
}

// The tools that people sign in with run as programs.

func (m *maker) cli(s Settings) (azcore.TokenCredential, error) {
	return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{
		TenantID: s.TenantID, Subscription: s.Subscription, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
}

func (m *maker) azd(s Settings) (azcore.TokenCredential, error) {
	return azidentity.NewAzureDeveloperCLICredential(&azidentity.AzureDeveloperCLICredentialOptions{
		TenantID: s.TenantID, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
}

func (m *maker) powershell(s Settings) (azcore.TokenCredential, error) {
	return azidentity.NewAzurePowerShellCredential(&azidentity.AzurePowerShellCredentialOptions{
		TenantID: s.TenantID, AdditionallyAllowedTenants: m.config.AdditionallyAllowedTenants,
	})
}
