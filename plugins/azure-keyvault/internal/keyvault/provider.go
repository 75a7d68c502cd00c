package keyvault

import (
	"context"
	"errors"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// Config is what a provider azure may be configured with.
type Config struct {
	Auth                     identity.Config `sz:"auth" doc:"how to authenticate"`
	Cloud                    string          `sz:"cloud" enum:"public,china,usgov" doc:"the cloud; when nothing is said, that of the vault's address, and public for vaults that are named by vault"`
	AuthorityHost            string          `sz:"authority_host" doc:"where tokens come from, when it is not the cloud's usual host; one that is not Microsoft's needs the user's allowance"`
	DisableInstanceDiscovery bool            `sz:"disable_instance_discovery" doc:"take an authority of one's own at its word; needs the user's allowance"`
	CustomEndpoint           bool            `sz:"custom_endpoint" doc:"whether vault_url may be a host that is not one of Azure's, in the domain of resource"`
	Resource                 string          `sz:"resource" doc:"what tokens for custom endpoints are for, as https://vault.example.com; never a GUID"`
	CAFile                   string          `sz:"ca_file" doc:"a file in the project with certificate authorities to trust, besides the system's, at custom endpoints only"`
	// NameRules is for the targets that say nothing.
	NameRules string `sz:"name_rules" default:"strict" enum:"strict,service" doc:"which names secrets may have: strict ones are readable; service allows all that the service does"`
}

// session is one provider instance: one credential, one client for each vault.
type session struct {
	identity    *identity.Credential
	cloud       string
	nameRules   string
	application string // in the user agent
	custom      custom

	mu     sync.Mutex
	stores map[string]*store // by host
}

// Provider is the provider azure of a plugin of a version.
func Provider(version string) sdk.Provider {
	return sdk.ProviderOf[Config, *session]{
		Kind: "azure", Summary: "Microsoft Azure",
		Permissions: append(append(identity.Permissions(), vaults()...), authorities),
		Allowances:  identity.Allowances(),
		Open: func(_ context.Context, c Config, info sdk.OpenInfo) (*session, []sdk.Claim, error) {
			return open(c, info, "sz/"+version)
		},
		Targets: []sdk.TargetFor[*session]{
			sdk.TargetOf[*session, TargetConfig]{
				Kind: "key_vault", Summary: "a secret in an Azure Key Vault", Marks: true, Challenges: true,
				Check: check, Inspect: inspect, InspectMany: inspectMany, Read: read, Write: write, Update: update, Retire: retire, Versions: versions,
				References: refer, Diagnose: diagnose,
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
		list = append(list, sdk.Permission{Kind: sdk.NetworkFrom, Value: "{config.vault}" + c.Suffix, WhenPath: "cloud", WhenEquals: whenCloud(c), Reason: reason})
	}
	return list
}

// whenCloud are the values of the key cloud that mean a cloud: its name, and for the
// public one nothing.
func whenCloud(c vault.Cloud) []string {
	if c.Name == "public" {
		return []string{c.Name, ""}
	}
	return []string{c.Name}
}

func open(c Config, info sdk.OpenInfo, application string) (*session, []sdk.Claim, error) {
	custom, refused := c.custom(info.ProjectRoot)
	credential, err := identity.New(c.Auth, identity.Options{
		Client: credentialOptions(application), Info: info,
		AuthorityHost: c.AuthorityHost, Cloud: c.Cloud, DisableInstanceDiscovery: c.DisableInstanceDiscovery,
	})
	if err := errors.Join(refused, err); err != nil {
		return nil, nil, err
	}
	return &session{identity: credential, cloud: c.Cloud, nameRules: c.NameRules, application: application, custom: custom, stores: map[string]*store{}}, credential.Claims(), nil
}

// tokensFor is the credential as a vault sees it.
func (s *session) tokensFor(v vault.Vault) azcore.TokenCredential {
	return s.identity.For(identity.Store{Name: v.Name, Host: v.Host, Resource: v.Resource()})
}

// store is a vault. All vaults share the credential.
func (s *session) store(v vault.Vault) (*store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.stores[v.Host]; c != nil {
		return c, nil
	}
	token := s.tokensFor(v)
	c, err := azsecrets.NewClient(v.URL(), token, &azsecrets.ClientOptions{ClientOptions: vaultOptions(s.application, v, s.client(v))})
	if err != nil {
		return nil, err
	}
	s.stores[v.Host] = &store{v, c}
	return s.stores[v.Host], nil
}
