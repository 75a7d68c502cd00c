package keyvault

import (
	"context"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// Config is what a provider azure may be configured with.
type Config struct {
	Auth  identity.Config `sz:"auth" doc:"how to authenticate"`
	Cloud string          `sz:"cloud" default:"public" enum:"public,china,usgov" doc:"the cloud of vaults that are named by vault"`
	// NameRules is for the targets that say nothing.
	NameRules string `sz:"name_rules" default:"strict" enum:"strict,service" doc:"which names secrets may have: strict ones are readable; service allows all that the service does"`
}

// session is one provider instance: one credential, one client for each vault.
type session struct {
	auth        identity.Config
	cloud       string
	nameRules   string
	application string // in the user agent

	mu         sync.Mutex
	credential azcore.TokenCredential
	clients    map[string]*azsecrets.Client // by host
}

// Provider is the provider azure of a plugin of a version.
func Provider(version string) sdk.Provider {
	return sdk.ProviderOf[Config, *session]{
		Kind: "azure", Summary: "Microsoft Azure",
		Permissions: append(identity.Permissions(), vaults()...),
		Open: func(_ context.Context, c Config, _ sdk.OpenInfo) (*session, []sdk.Claim, error) {
			return &session{auth: c.Auth, cloud: c.Cloud, nameRules: c.NameRules, application: "sz/" + version, clients: map[string]*azsecrets.Client{}}, nil, nil
		},
		Targets: []sdk.TargetFor[*session]{
			sdk.TargetOf[*session, TargetConfig]{
				Kind: "key_vault", Summary: "a secret in an Azure Key Vault", Marks: true, Challenges: true,
				Check: check, Inspect: inspect, InspectMany: inspectMany, Read: read, Write: write, Update: update, Retire: retire, Versions: versions,
			},
		},
	}
}

// vaults are the permissions to reach the vaults that the Secretfile names, by
// their address or by their name in a cloud.
func vaults() []sdk.Permission {
	const reason = "to reach the vaults that the Secretfile names"
	list := []sdk.Permission{{Kind: sdk.NetworkFrom, Value: "config.vault_url", Reason: reason}}
	for _, c := range vault.Clouds() {
		list = append(list, sdk.Permission{Kind: sdk.NetworkFrom, Value: "{config.vault}" + c.Suffix, WhenPath: "cloud", WhenEquals: []string{c.Name}, Reason: reason})
	}
	return list
}

// client is the client of a vault. The credential is made with the first one, and
// shared by all.
func (s *session) client(ctx context.Context, v vault.Vault) (*azsecrets.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[v.Host]; c != nil {
		return c, nil
	}
	if s.credential == nil {
		credential, err := s.auth.Credential(ctx, credentialOptions(s.application))
		if err != nil {
			return nil, err
		}
		s.credential = credential
	}
	c, err := azsecrets.NewClient(v.URL(), s.credential, &azsecrets.ClientOptions{ClientOptions: vaultOptions(s.application, v)})
	if err != nil {
		return nil, err
	}
	s.clients[v.Host] = c
	return c, nil
}
