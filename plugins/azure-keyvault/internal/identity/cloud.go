package identity

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// nationalCloud is what belongs to one of Microsoft's clouds
// (learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and
// .../workload-id/workload-identity-federation-considerations for the audiences).
type nationalCloud struct {
	name     string
	resource string   // the audience of tokens for its vaults
	login    []string // its authorities, the usual one first
	audience string   // whom the tokens of other identity providers are for
}

var clouds = []nationalCloud{
	{"public", "https://vault.azure.net", []string{"login.microsoftonline.com"}, "api://AzureADTokenExchange"},
	// AKS in China names the second one (external-secrets documents it).
	{"china", "https://vault.azure.cn", []string{"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}, "api://AzureADTokenExchangeChina"},
	{"usgov", "https://vault.usgovcloudapi.net", []string{"login.microsoftonline.us"}, "api://AzureADTokenExchangeUSGov"},
}

// CloudOf is the name of the cloud whose vaults want tokens for a resource; empty when
// that is none of Microsoft's.
func CloudOf(resource string) string {
	for _, c := range clouds {
		if c.resource == resource {
			return c.name
		}
	}
	return ""
}

func cloudNamed(name string) nationalCloud {
	for _, c := range clouds {
		if c.name == name {
			return c
		}
	}
	return clouds[0]
}

// authority is the host that tokens come from: the one configured, that of the
// environment where the kind looks at it, else that of the cloud. An authority gets
// the credential itself, so it must be one of Microsoft's.
func (o Options) authority(c Config, vaultCloud string) (cloud.Configuration, error) {
	host := o.AuthorityHost
	key, from := schema.Keys("authority_host"), "authority_host"
	if fromEnvironment := os.Getenv("AZURE_AUTHORITY_HOST"); host == "" && fromEnvironment != "" && c.reads("AZURE_AUTHORITY_HOST") {
		host, key, from = fromEnvironment, nil, "environment variable AZURE_AUTHORITY_HOST"
	}
	if host == "" {
		host = cloudNamed(vaultCloud).login[0]
	}
	host, err := loginHost(host)
	if err != nil {
		return cloud.Configuration{}, &sdk.Error{
			Class: sdk.InvalidConfig, Code: "unknown-authority", Path: key, Summary: from + " " + err.Error(),
			Detail: "the authority is given the credential itself", Hint: "write one of " + strings.Join(loginHosts(), ", ") + ", or leave it out: the cloud of the vault decides",
		}
	}
	return cloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + host + "/"}, nil
}

// reads reports whether any kind of a configuration looks at a variable.
func (c Config) reads(variable string) bool {
	return slices.ContainsFunc(c.links(), func(l Link) bool { return slices.Contains(kindOf(l.Kind).environment, variable) })
}

// loginHost is the host of an authority, which may be written as a host or as a URL.
func loginHost(text string) (string, error) {
	host := strings.ToLower(text)
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return "", fmt.Errorf("is not the host of an authority")
		}
		host = u.Host
	}
	if !slices.Contains(loginHosts(), strings.TrimSuffix(host, "/")) {
		return "", fmt.Errorf("is not a host of Microsoft Entra that sz knows")
	}
	return strings.TrimSuffix(host, "/"), nil
}

func loginHosts() []string {
	var hosts []string
	for _, c := range clouds {
		hosts = append(hosts, c.login...)
	}
	return hosts
}
