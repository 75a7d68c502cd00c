package identity

import "github.com/secretzero/sz/sdk"

// The environment that azidentity reads for each source of a token (azidentity
// v1.15.0, and its managed identity client in
// microsoft-authentication-library-for-go).
var (
	managedIdentityNames = []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID",
	}
	cliNames     = []string{"PATH", "HOME", "AZURE_CONFIG_DIR"}
	defaultNames = []string{
		"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD",
		"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "AZURE_AUTHORITY_HOST", "AZURE_ADDITIONALLY_ALLOWED_TENANTS", "AZURE_REGIONAL_AUTHORITY_NAME",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS", "AZD_CONFIG_DIR",
	}
)

// Permissions are what an instance asks for, by its auth.kind.
func Permissions() []sdk.Permission {
	var list []sdk.Permission
	for _, host := range []string{"login.microsoftonline.com:443", "login.chinacloudapi.cn:443", "login.microsoftonline.us:443"} {
		list = append(list, sdk.Permission{Kind: sdk.Network, Value: host, WhenPath: "auth.kind", WhenEquals: []string{Default}, Reason: "to get a token"})
	}
	list = append(list, names(managedIdentityNames, "to reach the managed identity", Default, ManagedIdentity)...)
	list = append(list, names(cliNames, "to run the Azure CLI", Default, CLI)...)
	list = append(list, names(defaultNames, "to find a credential", Default)...)
	return append(list, sdk.Permission{Kind: sdk.Execute, Value: "az", WhenPath: "auth.kind", WhenEquals: []string{Default, CLI}, Reason: "to get a token from the Azure CLI"})
}

func names(list []string, reason string, kinds ...string) []sdk.Permission {
	var out []sdk.Permission
	for _, name := range list {
		out = append(out, sdk.Permission{Kind: sdk.Environment, Value: name, WhenPath: "auth.kind", WhenEquals: kinds, Reason: reason})
	}
	return out
}
