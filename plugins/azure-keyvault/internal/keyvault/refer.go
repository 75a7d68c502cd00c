package keyvault

import (
	"context"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/references"
	"github.com/secretzero/sz/sdk"
)

// refer writes the text with which an Azure service reads secrets.
func refer(_ context.Context, _ *session, r sdk.ReferenceRequest[TargetConfig]) (sdk.References, error) {
	var secrets []references.Secret
	for _, p := range r.Places {
		v, name, err := place(p.Target)
		if err != nil {
			return sdk.References{}, err
		}
		secrets = append(secrets, references.Secret{Vault: v, Name: name, Setting: references.Setting(p.Secret, p.Field)})
	}
	return references.For(r.Consumer, r.Project, secrets)
}
