package keyvault

import (
	"context"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// update changes what is around the current version and makes no new one. A deleted
// secret is recovered first, when that is asked for.
func update(ctx context.Context, s *session, u sdk.Update[TargetConfig]) (sdk.WriteResult, error) {
	v, name, err := s.place(u.Target)
	if err != nil {
		return refused(err)
	}
	in, err := s.store(v)
	if err != nil {
		return refused(s.explain(err, "updating", v, name))
	}
	if u.Recover {
		if err := s.free(ctx, in, name, u.Mark.Owner, onDeletedRecover); err != nil {
			return refused(err)
		}
	}
	current, err := s.current(ctx, in, name, u)
	if err != nil {
		return refused(err)
	}
	parameters := azsecrets.UpdateSecretPropertiesParameters{
		ContentType: u.Config.ContentType, Tags: tags(u.Config, u.Mark, current.Tags), SecretAttributes: attributes(u.Config, u.RotationPeriod, madeAt(u.Mark.Operation, current.Attributes)),
	}
	var answer *azsecrets.Secret
	err = eventually(ctx, func() (bool, error) {
		var err error
		answer, err = in.update(ctx, name, u.Expect.Revision, parameters)
		code := classify(err)
		return u.Recover && (code.notFound() || code.working() || code.held()), err
	})
	if err != nil {
		result := sdk.WriteResult{Outcome: sdk.NotApplied}
		if classify(err).doubtful() {
			result.Outcome = sdk.OutcomeUnknown
		}
		return result, s.explain(err, "updating", v, name)
	}
	return sdk.WriteResult{Outcome: sdk.Applied, Receipt: receipt(answer.ID, answer.Attributes, answer.Tags)}, nil
}

// current is the version that is to be updated, if it is the current one still. Of
// what was deleted the deleted secret tells, until it is back.
func (s *session) current(ctx context.Context, in *store, name string, u sdk.Update[TargetConfig]) (*azsecrets.SecretProperties, error) {
	var found *azsecrets.SecretProperties
	err := eventually(ctx, func() (bool, error) {
		var err error
		found, err = in.current(ctx, name)
		return u.Recover && found == nil && err == nil, err
	})
	switch {
	case err != nil:
		return nil, s.explain(err, "updating", in.vault, name)
	case found == nil:
		return nil, &sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Summary: fmt.Sprintf("%s/%s is gone since the plan was made", in.vault.Host, name), Hint: "plan again"}
	case revision(found.ID) != u.Expect.Revision:
		return nil, &sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Summary: fmt.Sprintf("%s/%s was changed since the plan was made", in.vault.Host, name), Hint: "plan again"}
	}
	return found, nil
}
