package keyvault

import (
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// custom is how the custom endpoints of a provider instance are spoken to. The zero
// custom allows none.
type custom struct {
	resource vault.Resource
	client   *client
}

// authorities is the permission to read ca_file.
var authorities = sdk.Permission{Kind: sdk.ReadFrom, Value: "ca_file", Reason: "to know the certificate authorities of custom endpoints"}

// custom reads the settings of custom endpoints, and reports all that is wrong with
// them.
func (c Config) custom(project string) (custom, error) {
	if !c.CustomEndpoint {
		return custom{}, errors.Join(c.onlyCustom("resource", c.Resource), c.onlyCustom("ca_file", c.CAFile))
	}
	resource, err := vault.ParseResource(c.Resource)
	if err != nil {
		err = fault("resource", "bad-resource", err)
	}
	through, unreadable := c.trusting(project)
	return custom{resource, through}, errors.Join(err, unreadable)
}

// onlyCustom refuses a setting that would change how the vaults of Azure are spoken to.
func (c Config) onlyCustom(key, text string) error {
	if text == "" {
		return nil
	}
	return &sdk.Error{
		Class: sdk.InvalidConfig, Code: "no-custom-endpoint", Path: schema.Keys(key), Summary: key + " is for custom endpoints only, and custom_endpoint is not true",
		Hint: "leave it out; for vaults of Azure behind a proxy that opens TLS, set SSL_CERT_FILE in the environment",
	}
}

// trusting is a client that also believes the authorities of ca_file.
func (c Config) trusting(project string) (*client, error) {
	if c.CAFile == "" {
		return transport(), nil
	}
	refuse := func(why string) error {
		return &sdk.Error{Class: sdk.InvalidConfig, Code: "ca-file", Path: schema.Keys("ca_file"), Summary: "ca_file cannot be used: " + why, Hint: "name a PEM file in the project directory"}
	}
	text, err := identity.ReadFile(project, c.CAFile)
	if err != nil {
		return nil, refuse(err.Error())
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, refuse("it holds no certificate in PEM form")
	}
	own := transport().Transport.(*http.Transport).Clone()
	own.TLSClientConfig.RootCAs = roots
	return &client{http.Client{Transport: own, CheckRedirect: transport().CheckRedirect}}, nil
}

// client is what requests to a vault go through.
func (s *session) client(v vault.Vault) *client {
	if v.Custom() {
		return s.custom.client
	}
	return transport()
}
