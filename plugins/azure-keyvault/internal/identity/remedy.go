package identity

import (
	"cmp"
	"os"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

// fill puts the settings into a command. What they do not say is left to be filled in
// by hand.
func fill(text string, s Settings) string {
	return strings.NewReplacer(
		"CLIENT", quoted(cmp.Or(s.ClientID, os.Getenv("AZURE_CLIENT_ID"), "CLIENT_ID")),
		"TENANT", quoted(cmp.Or(s.TenantID, os.Getenv("AZURE_TENANT_ID"), "TENANT_ID")),
		"@CERTIFICATE", quoted("@"+cmp.Or(s.CertificatePath, os.Getenv("AZURE_CLIENT_CERTIFICATE_PATH"), "certificate.pem")),
	).Replace(text)
}

func remedyEnvironment(Settings) string {
	return "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH; `az ad sp create-for-rbac` makes an application and prints them"
}

func remedyWorkload(s Settings) string {
	return fill("what the application trusts is `az ad app federated-credential list --id CLIENT`; the pod needs the label azure.workload.identity/use: \"true\" and a service account with azure.workload.identity/client-id", s)
}

// assigned tell how to see the identity of places that az does not assign one to.
var assigned = map[managedidentity.Source]string{
	managedidentity.AzureArc:      "the machine's identity is `az connectedmachine show --name NAME --resource-group GROUP --query identity`, and whether it is connected `azcmagent show`",
	managedidentity.ServiceFabric: "an application's identity is in its manifest and in the template that it is deployed with; what it is: `az resource show --ids RESOURCE_ID --query identity`",
	managedidentity.AzureML:       "the compute's identity is `az ml compute show --name NAME --resource-group GROUP --workspace-name WORKSPACE --query identity`",
	managedidentity.CloudShell:    "Cloud Shell acts as who opened it: `az account show`; or use kind: cli",
}

// remedyManagedIdentity names the commands for the place that this is.
func remedyManagedIdentity(s Settings) string {
	at := thisPlace().source
	if text := assigned[at]; text != "" {
		return text
	}
	command := "az vm identity"
	if at == managedidentity.AppService {
		command = "az webapp identity"
	}
	text := "see what is assigned with `" + command + " show --name NAME --resource-group GROUP`; assign it with `" + command + " assign --name NAME --resource-group GROUP`"
	identity := cmp.Or(s.ClientID, s.ObjectID, s.ResourceID)
	switch {
	case identity == "":
		return text
	case s.ResourceID != "":
		return strings.TrimSuffix(text, "`") + " --identities " + quoted(s.ResourceID) + "`"
	case s.ObjectID != "":
		return strings.TrimSuffix(text, "`") + " --identities \"$(az identity list --query \"[?principalId=='" + s.ObjectID + "'].id\" -o tsv)\"`"
	}
	return strings.TrimSuffix(text, "`") + " --identities \"$(az identity list --query \"[?clientId=='" + s.ClientID + "'].id\" -o tsv)\"`"
}

func remedyCLI(s Settings) string {
	if s.TenantID != "" {
		return fill("run `az login --tenant TENANT`, then `az account show` to see who you are", s)
	}
	return "run `az login`, then `az account show` to see who you are"
}

func remedyAzd(s Settings) string {
	if s.TenantID != "" {
		return fill("run `azd auth login --tenant-id TENANT`", s)
	}
	return "run `azd auth login`; or use kind: cli with `az login`"
}

func remedyPowerShell(s Settings) string {
	if s.TenantID != "" {
		return fill("run `Connect-AzAccount -Tenant TENANT` in pwsh", s)
	}
	return "run `Connect-AzAccount` in pwsh; or use kind: cli with `az login`"
}

func remedySecret(s Settings) string {
	return fill("check the application with `az ad app show --id CLIENT`, and its secrets with `az ad app credential list --id CLIENT`", s)
}

func remedyCertificate(s Settings) string {
	return fill("check the application with `az ad app show --id CLIENT`, and its certificates with `az ad app credential list --id CLIENT --cert`", s)
}

func remedyFederated(s Settings) string {
	return fill("what the application trusts is `az ad app federated-credential list --id CLIENT`", s)
}

func remedyDefault(Settings) string {
	return "run `az login` for local work, or name one way with auth.kind: managed_identity, workload_identity, github, …"
}
