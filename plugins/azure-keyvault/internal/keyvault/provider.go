package keyvault

import (
	"context"
	"errors"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// Config is what a provider azure may be configured with.
type Config struct {
	Auth                     identity.Config `sz:"auth" doc:"how to authenticate"`
	Cloud                    string          `sz:"cloud" enum:"public,china,usgov" doc:"the cloud; when nothing is said, that of the vault's address, and public for vaults that are named by vault"`
	AuthorityHost            string          `sz:"authority_host" doc:"where tokens come from, when it is not the cloud's usual host"`
	DisableInstanceDiscovery bool            `sz:"disable_instance_discovery" doc:"not accepted from a Secretfile"`
	CAFile                   string          `sz:"ca_file" doc:"not accepted from a Secretfile"`
	// NameRules is for the targets that say nothing.
	NameRules string `sz:"name_rules" default:"strict" enum:"strict,service" doc:"which names secrets may have: strict ones are readable; service allows all that the service does"`
}

// session is one provider instance: one credential, one client for each vault.
type session struct {
	identity    *identity.Credential
	cloud       string
	nameRules   string
	application string // in the user agent

	mu     sync.Mutex
	stores map[string]*store // by host
}

// Provider is the provider azure of a plugin of a version.
func Provider(version string) sdk.Provider {
	return sdk.ProviderOf[Config, *session]{
		Kind: "azure", Summary: "Microsoft Azure",
		Permissions: append(identity.Permissions(), vaults()...),
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
	var refused error
	if c.CAFile != "" {
		refused = &sdk.Error{
			Class: sdk.InvalidConfig, Code: "ca-file", Path: schema.Keys("ca_file"),
			Summary: "ca_file is not accepted from a Secretfile: it would decide whom to believe to be a vault of Azure",
			Hint:    "set SSL_CERT_FILE in the environment to a file with the authorities to trust",
		}
	}
	credential, err := identity.New(c.Auth, identity.Options{
		Client: credentialOptions(application), Root: info.ProjectRoot,
		AuthorityHost: c.AuthorityHost, Cloud: c.Cloud, DisableInstanceDiscovery: c.DisableInstanceDiscovery,
	})
	if err := errors.Join(refused, err); err != nil {
		return nil, nil, err
	}
	return &session{identity: credential, cloud: c.Cloud, nameRules: c.NameRules, application: application, stores: map[string]*store{}}, credential.Claims(), nil
}

// store is a vault. All vaults share the credential.
func (s *session) store(v vault.Vault) (*store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.stores[v.Host]; c != nil {
		return c, nil
	}
	token := s.identity.For(identity.Store{Name: v.Name, Resource: v.Resource()})
	c, err := azsecrets.NewClient(v.URL(), token, &azsecrets.ClientOptions{ClientOptions: vaultOptions(s.application, v)})
	if err != nil {
		return nil, err
	}
	s.stores[v.Host] = &store{v, c}
	return s.stores[v.Host], nil
}
