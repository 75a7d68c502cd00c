package keyvault

import (
	"context"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// update changes what is around the current version and makes no new one.
func update(ctx context.Context, s *session, u sdk.Update[TargetConfig]) (sdk.WriteResult, error) {
	v, name, err := place(u.Target)
	if err != nil {
		return refused(err)
	}
	client, err := s.client(ctx, v)
	if err != nil {
		return refused(s.explain(err, "updating", v, name))
	}
	present, err := client.GetSecret(ctx, name, u.Expect.Revision, nil)
	code := classify(err)
	if err != nil && code.inner != "SecretDisabled" {
		return refused(s.explain(err, "updating", v, name))
	}
	if err == nil {
		latest, err := client.GetSecret(ctx, name, "", nil)
		if err != nil {
			return refused(s.explain(err, "updating", v, name))
		}
		if receipt(latest.ID, nil).Revision != u.Expect.Revision {
			return refused(&sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Summary: fmt.Sprintf("%s/%s was changed since the plan was made", v.Host, name), Hint: "plan again"})
		}
	}
	answer, err := client.UpdateSecretProperties(ctx, name, u.Expect.Revision, azsecrets.UpdateSecretPropertiesParameters{
		ContentType: u.Config.ContentType, Tags: tags(u.Config, u.Mark, present.Tags), SecretAttributes: attributes(u.Config),
	}, nil)
	if err != nil {
		result := sdk.WriteResult{Outcome: sdk.NotApplied}
		if classify(err).doubtful() {
			result.Outcome = sdk.OutcomeUnknown
		}
		return result, s.explain(err, "updating", v, name)
	}
	return sdk.WriteResult{Outcome: sdk.Applied, Receipt: receipt(answer.ID, answer.Attributes)}, nil
}
