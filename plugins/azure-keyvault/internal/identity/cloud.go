package identity

import (
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"

	"github.com/secretzero/sz/internal/regex"
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

// authority is a host that tokens come from.
type authority struct {
	host string
	// own means that it is none of Microsoft's and that the user allows it.
	own bool
}

func (a authority) cloud() cloud.Configuration {
	return cloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + a.host + "/"}
}

// authority is the one configured, that of the environment where the kind looks at it,
// else that of the cloud. An authority gets the credential itself, so it must be one of
// Microsoft's or one that the user allows, and is never a vault of Azure.
func (o Options) authority(c Config, vaultCloud string) (authority, error) {
	host := o.AuthorityHost
	key, from := schema.Keys("authority_host"), "authority_host"
	if fromEnvironment := os.Getenv("AZURE_AUTHORITY_HOST"); host == "" && fromEnvironment != "" && c.reads("AZURE_AUTHORITY_HOST") {
		host, key, from = fromEnvironment, nil, "environment variable AZURE_AUTHORITY_HOST"
	}
	if host == "" {
		host = cloudNamed(vaultCloud).login[0]
	}
	host, ok := hostOf(host)
	refused := &sdk.Error{
		Class: sdk.InvalidConfig, Code: "unknown-authority", Path: key,
		Detail: "the authority is given the credential itself", Hint: "write one of " + strings.Join(loginHosts(), ", ") + ", or leave it out: the cloud of the vault decides",
	}
	switch {
	case !ok:
		refused.Summary = from + " is not the host of an authority"
		return authority{}, refused
	case slices.Contains(loginHosts(), host):
		return authority{host: host}, nil
	case isVault(host):
		refused.Summary = from + " is not a host of Microsoft Entra but a vault"
		return authority{}, refused
	case !authorityHosts.Allows(o.Info, host):
		refused.Summary = from + " is not a host of Microsoft Entra that sz knows"
		refused.Hint += ". Of an authority of your own: " + authorityHosts.Hint(providerKind, host)
		return authority{}, refused
	}
	return authority{host: host, own: true}, nil
}

// isVault reports a host among those of Azure's vaults.
func isVault(host string) bool {
	return slices.ContainsFunc(clouds, func(c nationalCloud) bool {
		return strings.HasSuffix(host, "."+strings.TrimPrefix(c.resource, "https://"))
	})
}

// checkDiscovery lets instance discovery be left out with an authority that the user
// allows, and only where they allow that too: without it any authority passes for one of
// Microsoft's.
func (o Options) checkDiscovery(c Config) error {
	if !o.DisableInstanceDiscovery {
		return nil
	}
	refused := &sdk.Error{Class: sdk.InvalidConfig, Code: "instance-discovery", Path: schema.Keys("disable_instance_discovery")}
	at, err := o.authority(c, o.Cloud)
	switch {
	case !noDiscovery.Allows(o.Info, "true"):
		refused.Summary = "disable_instance_discovery is not accepted from a Secretfile: it would let any authority pass for one of Microsoft's"
		refused.Hint = "leave it out; Microsoft's own authorities need it nowhere. With an authority of your own: " + noDiscovery.Hint(providerKind, "true")
	case err == nil && !at.own:
		refused.Summary = "disable_instance_discovery is for authorities that are not Microsoft's, and " + at.host + " is"
		refused.Hint = "leave it out, or set authority_host"
	default:
		return nil
	}
	return refused
}

// reads reports whether any kind of a configuration looks at a variable.
func (c Config) reads(variable string) bool {
	return slices.ContainsFunc(c.links(), func(l Link) bool { return slices.Contains(kindOf(l.Kind).environment, variable) })
}

// hostOf is the host of an authority, which may be written as a host or as a URL.
func hostOf(text string) (host string, ok bool) {
	host = strings.ToLower(text)
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return "", false
		}
		host = u.Host
	}
	host = strings.TrimSuffix(host, "/")
	return host, isHost(host)
}

// isHost reports a name of two labels or more, without a dot at its end.
func isHost(text string) bool {
	tooLong := func(label string) bool { return len(label) > 63 }
	return hostForm.MatchString(text) && !slices.ContainsFunc(strings.Split(text, "."), tooLong)
}

var hostForm = regex.Of(`^([a-z0-9-]+\.)+[a-z][a-z0-9-]*$`)

func loginHosts() []string {
	var hosts []string
	for _, c := range clouds {
		hosts = append(hosts, c.login...)
	}
	return hosts
}
