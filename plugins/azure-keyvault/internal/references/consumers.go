package references

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/secretzero/sz/sdk"
)

// role is what the identity of a consumer needs, and no more.
const role = "its identity needs the role Key Vault Secrets User"

// appService writes app settings as `az webapp config appsettings set --settings
// @FILE` and the portal's advanced editor read them
// (learn.microsoft.com/azure/app-service/app-service-key-vault-references).
func appService(_ string, secrets []Secret) sdk.References {
	return sdk.References{Text: appSettings(secrets), Usage: "az webapp config appsettings set --name APP --resource-group GROUP --settings @FILE; " + role}
}

// functions has the same settings as App Service, and another command.
func functions(_ string, secrets []Secret) sdk.References {
	return sdk.References{Text: appSettings(secrets), Usage: "az functionapp config appsettings set --name APP --resource-group GROUP --settings @FILE; " + role}
}

func appSettings(secrets []Secret) string {
	type setting struct {
		Name  string `json:"name"`
		Value string `json:"value"`
		Slot  bool   `json:"slotSetting"`
	}
	list := []setting{}
	for _, s := range secrets {
		list = append(list, setting{s.Setting, "@Microsoft.KeyVault(SecretUri=" + s.url() + ")", false})
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		panic(err) // texts and booleans are always JSON
	}
	return string(text) + "\n"
}

// containerApp writes the parts of a Container App that name secrets
// (learn.microsoft.com/azure/container-apps/manage-secrets).
func containerApp(_ string, secrets []Secret) sdk.References {
	var refs, env strings.Builder
	for _, s := range secrets {
		name := lowerName(s.Setting)
		fmt.Fprintf(&refs, "      - name: %s\n        keyVaultUrl: %s\n        identity: system\n", word(name), s.url())
		fmt.Fprintf(&env, "          - name: %s\n            secretRef: %s\n", word(s.Setting), word(name))
	}
	return sdk.References{
		Text: "properties:\n  configuration:\n    secrets:\n" + refs.String() +
			"  template:\n    containers:\n      - name: CONTAINER\n        env:\n" + env.String(),
		Usage:        "merge it into `az containerapp show --name APP --resource-group GROUP -o yaml` and give it to az containerapp update --yaml; " + role,
		Placeholders: []string{"CONTAINER"},
	}
}

// aksCSI writes one SecretProviderClass for each vault
// (azure.github.io/secrets-store-csi-driver-provider-azure).
func aksCSI(project string, secrets []Secret) sdk.References {
	var text strings.Builder
	for i, group := range byVault(secrets) {
		if i > 0 {
			text.WriteString("---\n")
		}
		v := group[0].Vault
		fmt.Fprintf(&text, `apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata:
  name: %s
spec:
  provider: azure
  parameters:
    usePodIdentity: "false"
    clientID: CLIENT_ID
    tenantId: TENANT_ID
    cloudName: %s
    keyvaultName: %s
    objects: |
      array:
`, word(lowerName(project+"-"+v.Name)), csiClouds[v.Cloud()], word(v.Name))
		for _, s := range group {
			fmt.Fprintf(&text, "        - |\n          objectName: %s\n          objectType: secret\n          objectAlias: %s\n", word(s.Name), word(s.Setting))
		}
	}
	return sdk.References{
		Text: text.String(), Usage: "kubectl apply -f FILE, and mount it as a volume of the driver secrets-store.csi.k8s.io; " + role,
		Placeholders: []string{"CLIENT_ID", "TENANT_ID"},
	}
}

// csiClouds are the clouds in the words of the driver, which are those of
// github.com/Azure/go-autorest/autorest/azure.
var csiClouds = map[string]string{"public": "AzurePublicCloud", "china": "AzureChinaCloud", "usgov": "AzureUSGovernmentCloud"}

// pipelines writes steps of Azure Pipelines
// (learn.microsoft.com/azure/devops/pipelines/tasks/reference/azure-key-vault-v2). What
// the task reads is masked in logs, and reaches only steps that name it.
func pipelines(_ string, secrets []Secret) sdk.References {
	var text strings.Builder
	text.WriteString("steps:\n")
	for _, group := range byVault(secrets) {
		var names []string
		for _, s := range group {
			names = append(names, s.Name)
		}
		fmt.Fprintf(&text, "  - task: AzureKeyVault@2\n    inputs:\n      azureSubscription: SERVICE_CONNECTION\n      KeyVaultName: %s\n      SecretsFilter: %q\n      RunAsPreJob: false\n",
			word(group[0].Vault.Name), strings.Join(names, ","))
	}
	text.WriteString("  - script: COMMAND\n    env:\n")
	for _, s := range secrets {
		fmt.Fprintf(&text, "      %s: $(%s)\n", word(s.Setting), s.Name)
	}
	return sdk.References{
		Text: text.String(), Usage: "put the steps into azure-pipelines.yml; the service principal of the connection needs the role Key Vault Secrets User",
		Placeholders: []string{"SERVICE_CONNECTION", "COMMAND"},
	}
}

// environment writes a script that reads the secrets when it is run, as whoever runs
// it. Its words need no quotes: hosts and names have letters, digits, hyphens and dots.
func environment(_ string, secrets []Secret) sdk.References {
	var text strings.Builder
	for _, s := range secrets {
		fmt.Fprintf(&text, "export %s=\"$(az keyvault secret show --id %s --query value -o tsv)\"\n", s.Setting, s.url())
	}
	return sdk.References{Text: text.String(), Usage: "run it in a shell with `. FILE`, after az login"}
}
