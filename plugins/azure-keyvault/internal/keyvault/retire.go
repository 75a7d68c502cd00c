package keyvault

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// A deletion takes some seconds to come about in the service; this long it is
// waited for before a purge.
const (
	deletionPause = 500 * time.Millisecond
	deletionTries = 60
)

// retire deletes a secret, and purges it when that is asked for. Only a secret whose
// current version carries the mark of the request is touched. What is gone already
// is no error.
func retire(ctx context.Context, s *session, r sdk.Retire[TargetConfig]) (sdk.WriteResult, error) {
	v, name, err := place(r.Target)
	if err != nil {
		return refused(err)
	}
	if r.Revision != "" || r.Mode != sdk.RetireDelete && r.Mode != sdk.RetirePurge {
		return refused(&sdk.Error{Class: sdk.Unsupported, Code: "unsupported", Summary: "this version deletes whole secrets only"})
	}
	client, err := s.client(ctx, v)
	if err != nil {
		return refused(s.explain(err, "deleting", v, name))
	}
	gone, err := ours(ctx, client, v, name, r.Mark)
	if err != nil {
		return refused(s.explain(err, "deleting", v, name))
	}
	if !gone {
		if _, err := client.DeleteSecret(ctx, name, nil); err != nil && !classify(err).notFound() {
			result := sdk.WriteResult{Outcome: sdk.NotApplied}
			if classify(err).doubtful() {
				result.Outcome = sdk.OutcomeUnknown
			}
			return result, s.explain(err, "deleting", v, name)
		}
	}
	if r.Mode == sdk.RetirePurge {
		return sdk.WriteResult{Outcome: sdk.Applied}, s.purge(ctx, client, v, name)
	}
	return sdk.WriteResult{Outcome: sdk.Applied}, nil
}

// ours makes sure that what is there carries a mark. gone means that nothing is
// there.
func ours(ctx context.Context, client *azsecrets.Client, v vault.Vault, name string, mark sdk.Mark) (gone bool, err error) {
	answer, err := client.GetSecret(ctx, name, "", nil)
	found := &answer.Secret
	switch code := classify(err); {
	case err == nil:
	case code.notFound():
		return true, nil
	case code.inner == "SecretDisabled":
		all, err := allVersions(ctx, client, name)
		if err != nil {
			return false, err
		}
		newest := newestOf(all)
		if newest == nil {
			return true, nil
		}
		found = &azsecrets.Secret{Tags: newest.Tags}
	default:
		return false, err
	}
	if there := markOf(found.Tags); there.Owner != mark.Owner || there.Operation != mark.Operation || mark.Owner == "" {
		return false, &sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Summary: fmt.Sprintf("%s/%s was changed since the plan was made, and is not deleted", v.Host, name), Hint: "plan again"}
	}
	return false, nil
}

// purge deletes for good what was deleted. A vault that does not allow it keeps the
// secret for a while; that is told, and no failure.
func (s *session) purge(ctx context.Context, client *azsecrets.Client, v vault.Vault, name string) error {
	for range deletionTries {
		_, err := client.PurgeDeletedSecret(ctx, name, nil)
		code := classify(err)
		switch {
		case err == nil, code.notFound() && s.gone(ctx, client, name):
			return nil
		case code.status == http.StatusForbidden:
			return &sdk.Error{Warning: true, Class: sdk.Permissions, Code: "not-purged", Summary: fmt.Sprintf("%s/%s is deleted and not purged: the vault or your rights do not allow it; it can be recovered for as long as the vault keeps it", v.Host, name)}
		case code.status == http.StatusConflict, code.notFound():
		default:
			return s.explain(err, "purging", v, name)
		}
		timer := time.NewTimer(deletionPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return s.explain(ctx.Err(), "purging", v, name)
		}
	}
	return &sdk.Error{Warning: true, Class: sdk.Unavailable, Code: "not-purged", Summary: fmt.Sprintf("%s/%s is deleted; the vault was still at work on that and did not purge it", v.Host, name)}
}

// gone reports that there is neither a secret nor a deleted one.
func (s *session) gone(ctx context.Context, client *azsecrets.Client, name string) bool {
	_, err := client.GetSecret(ctx, name, "", nil)
	if !classify(err).notFound() {
		return false
	}
	_, err = client.GetDeletedSecret(ctx, name, nil)
	return classify(err).notFound()
}
