package identity

import (
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/secretzero/sz/sdk"
)

// The kinds of authentication that more than the table below knows of.
const (
	Default         = "default"
	Chain           = "chain"
	ManagedIdentity = "managed_identity"
)

// kind is one kind of authentication.
type kind struct {
	name string
	// takes are the settings that it may be told, wants those of which one in each
	// group is needed, oneOf those that exclude each other.
	takes []string
	wants [][]string
	oneOf []string
	// environment are the names that its credential reads (azidentity v1.15.0 and the
	// managed identity client of microsoft-authentication-library-for-go v1.10.1), and
	// needs what else it must be allowed.
	environment []string
	needs       []sdk.Permission
	make        func(*maker, Settings) (azcore.TokenCredential, error)
	// remedy is what to do when there is no token, for want of anything more exact.
	remedy func(Settings) string
}

var (
	managedIdentityEnvironment = []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID",
	}
	applicationEnvironment = []string{
		"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD",
		"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "AZURE_AUTHORITY_HOST", "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
	}
	workloadEnvironment = []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"}
	// The last two are for Windows.
	programEnvironment = []string{"PATH", "HOME", "USERPROFILE", "SYSTEMROOT"}
)

// login is what it takes to get a token from Microsoft Entra.
func login() []sdk.Permission {
	var list []sdk.Permission
	for _, c := range clouds {
		for _, host := range c.login {
			list = append(list, sdk.Permission{Kind: sdk.Network, Value: host + ":443", Reason: "to get a token"})
		}
	}
	return list
}

// authorityOfEnvironment is an authority that is not Microsoft's, for the kinds that look
// at the variable; it counts where the user allows that host.
var authorityOfEnvironment = sdk.Permission{Kind: sdk.NetworkFrom, Value: "env.AZURE_AUTHORITY_HOST", Reason: "to get a token"}

func managedIdentityNeeds() []sdk.Permission {
	list := []sdk.Permission{
		{Kind: sdk.NetworkFrom, Value: "env.IDENTITY_ENDPOINT", Reason: "to reach the managed identity of an app"},
		{Kind: sdk.NetworkFrom, Value: "env.MSI_ENDPOINT", Reason: "to reach the managed identity of an app"},
		// The agent of Azure Arc has who asks prove by a file that they may ask, and its
		// program is how azidentity knows that it is there.
		{Kind: sdk.ReadFile, Value: "/var/opt/azcmagent/tokens", Reason: "to prove to the agent of Azure Arc that this machine may ask"},
		{Kind: sdk.ReadFile, Value: "/opt/azcmagent/bin/himds", Reason: "to see whether there is an agent of Azure Arc"},
	}
	for _, c := range clouds {
		list = append(list, sdk.Permission{Kind: sdk.Identity, Value: "azure:" + c.resource, Reason: "to reach the managed identity of a machine"})
	}
	return list
}

// run asks for a program with exactly the arguments that azidentity v1.15.0 gives it,
// for each cloud: sz runs it for the plugin, and nothing else of it.
func run(program, arguments string) []sdk.Permission {
	var list []sdk.Permission
	for _, c := range clouds {
		line := program + " " + strings.ReplaceAll(arguments, "RESOURCE", c.resource)
		list = append(list, sdk.Permission{Kind: sdk.Execute, Value: line, Reason: "to get a token from " + program})
	}
	return list
}

// The sums of the scripts that azidentity v1.15.0 has PowerShell run for each cloud, in
// the default tenant and in one of its own, with GUID in place of the tenant.
var scripts = map[string][2]string{
	"public": {"16d415722e2273e1311a51b2e96c200f4022edccf693b471e1fab21a50c6b10a", "9dc51347cb96e5a55851f4b95b2c6ff4af5c33907b11659ba81154728b3e2b92"},
	"china":  {"959f2b0ea32c6a2a75f7c69153ba1db0ba9edd988c1788769b61a4cdc09686a0", "64add9d080d45bf49e67446c722693928547636476d1c965deb703b9e0c9b6af"},
	"usgov":  {"de8413ac900b5d4b8ce75907e81048c08274e244f70961351118836f3a22e2e4", "cb1afb72d317fe39f84af85e4af089b6165f9dcd18576e739dcb7bf477db5fbf"},
}

// runScripts asks for PowerShell with the scripts that get a token and no others.
func runScripts() []sdk.Permission {
	var list []sdk.Permission
	for _, c := range clouds {
		for _, sum := range scripts[c.name] {
			line := "pwsh -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand SCRIPT:" + sum
			list = append(list, sdk.Permission{Kind: sdk.Execute, Value: line, Reason: "to get a token from pwsh"})
		}
	}
	return list
}

func read(from string) sdk.Permission {
	return sdk.Permission{Kind: sdk.ReadFrom, Value: from, Reason: "to read what proves who this is"}
}

// kinds are all kinds but chain, which is made of them.
var kinds = makeKinds()

func makeKinds() []kind {
	list := []kind{
		{
			name: "env", environment: applicationEnvironment, needs: append(login(), read("env.AZURE_CLIENT_CERTIFICATE_PATH"), authorityOfEnvironment),
			make: (*maker).environment, remedy: remedyEnvironment,
		},
		{
			name: "workload_identity", takes: []string{"tenant_id", "client_id", "token_file"}, environment: workloadEnvironment,
			needs: append(login(), read("auth.token_file"), read("env.AZURE_FEDERATED_TOKEN_FILE"), authorityOfEnvironment),
			make:  (*maker).workloadIdentity, remedy: remedyWorkload,
		},
		{
			name: ManagedIdentity, takes: []string{"client_id", "resource_id", "object_id"}, oneOf: []string{"client_id", "resource_id", "object_id"},
			environment: managedIdentityEnvironment, needs: managedIdentityNeeds(),
			make: (*maker).managedIdentity, remedy: remedyManagedIdentity,
		},
		{
			name: "cli", takes: []string{"tenant_id", "subscription"}, environment: append(slices.Clone(programEnvironment), "AZURE_CONFIG_DIR"),
			needs: run("az", "account get-access-token -o json --resource RESOURCE [--tenant TENANT] [--subscription TEXT]"), make: (*maker).cli, remedy: remedyCLI,
		},
		{
			name: "azd", takes: []string{"tenant_id"}, environment: append(slices.Clone(programEnvironment), "AZD_CONFIG_DIR"),
			needs: run("azd", "auth token -o json --no-prompt --scope RESOURCE/.default [--tenant-id TENANT]"), make: (*maker).azd, remedy: remedyAzd,
		},
		{
			name: "powershell", takes: []string{"tenant_id"}, environment: append(slices.Clone(programEnvironment), "PSModulePath"),
			needs: runScripts(), make: (*maker).powershell, remedy: remedyPowerShell,
		},
		{
			name: "client_secret", takes: []string{"tenant_id", "client_id", "client_secret", "client_secret_file"},
			wants: [][]string{{"tenant_id"}, {"client_id"}, {"client_secret", "client_secret_file"}},
			needs: append(login(), read("auth.client_secret_file")), make: (*maker).clientSecret, remedy: remedySecret,
		},
		{
			name: "client_certificate", takes: []string{"tenant_id", "client_id", "certificate_path", "password", "send_chain"},
			wants: [][]string{{"tenant_id"}, {"client_id"}, {"certificate_path"}},
			needs: append(login(), read("auth.certificate_path")), make: (*maker).clientCertificate, remedy: remedyCertificate,
		},
		{
			name: "client_assertion", takes: []string{"tenant_id", "client_id", "assertion", "token_file"},
			wants: [][]string{{"tenant_id"}, {"client_id"}, {"assertion", "token_file"}},
			needs: append(login(), read("auth.token_file")), make: (*maker).clientAssertion, remedy: remedyFederated,
		},
		{
			name: "github", takes: []string{"tenant_id", "client_id", "audience"}, wants: [][]string{{"tenant_id"}, {"client_id"}},
			environment: []string{githubURL, githubToken},
			needs:       append(login(), sdk.Permission{Kind: sdk.NetworkFrom, Value: "env." + githubURL, Reason: "to ask GitHub for a token"}),
			make:        (*maker).github, remedy: remedyFederated,
		},
		{
			name: "pipelines", takes: []string{"tenant_id", "client_id", "service_connection_id", "system_access_token"},
			wants:       [][]string{{"tenant_id"}, {"client_id"}, {"service_connection_id"}},
			environment: []string{pipelinesURI, pipelinesToken},
			needs:       append(login(), sdk.Permission{Kind: sdk.NetworkFrom, Value: "env." + pipelinesURI, Reason: "to ask Azure Pipelines for a token"}),
			make:        (*maker).pipelines, remedy: remedyFederated,
		},
	}
	list = append(list, alias("oidc", "client_assertion", list), defaultOf(list))
	return list
}

// alias is a kind by another name.
func alias(name, of string, list []kind) kind {
	k := named(of, list)
	k.name = name
	return k
}

// defaultOf is what the Azure SDKs try: an application or workload identity of the
// environment, the managed identity, and the tools that people sign in with.
func defaultOf(list []kind) kind {
	all := kind{name: Default, takes: []string{"tenant_id"}, environment: []string{"AZURE_TOKEN_CREDENTIALS"}, make: (*maker).sdkDefault, remedy: remedyDefault}
	for _, name := range []string{"env", "workload_identity", ManagedIdentity, "cli", "azd", "powershell"} {
		k := named(name, list)
		all.environment = append(all.environment, k.environment...)
		for _, p := range k.needs {
			if !slices.ContainsFunc(all.needs, func(q sdk.Permission) bool { return q.Kind == p.Kind && q.Value == p.Value }) && p.Value != "auth.token_file" {
				all.needs = append(all.needs, p)
			}
		}
	}
	slices.Sort(all.environment)
	all.environment = slices.Compact(all.environment)
	return all
}

func kindOf(name string) kind { return named(name, kinds) }

func named(name string, list []kind) kind {
	return list[slices.IndexFunc(list, func(k kind) bool { return k.name == name })]
}
