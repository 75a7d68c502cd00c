package keyvault

import (
	"context"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/references"
	"github.com/secretzero/sz/sdk"
)

// refer writes the text with which an Azure service reads secrets.
func refer(_ context.Context, s *session, r sdk.ReferenceRequest[TargetConfig]) (sdk.References, error) {
	var secrets []references.Secret
	for _, p := range r.Places {
		v, name, err := s.place(p.Target)
		if err != nil {
			return sdk.References{}, err
		}
		if v.Custom() {
			return sdk.References{}, &sdk.Error{Class: sdk.InvalidConfig, Code: "custom-endpoint", Summary: v.Host + " is a custom endpoint, and references are to Azure's own vaults", Hint: "leave such secrets out, by naming those to refer to"}
		}
		secrets = append(secrets, references.Secret{Vault: v, Name: name, Setting: references.Setting(p.Secret, p.Field)})
	}
	return references.For(r.Consumer, r.Project, secrets)
}
