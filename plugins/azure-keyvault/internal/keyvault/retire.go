package keyvault

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// retirement is one request to retire a secret or a version of it.
type retirement struct {
	session *session
	store   *store
	vault   vault.Vault
	name    string
	asked   sdk.Retire[TargetConfig]
}

// retire disables a version, deletes or purges a secret, or takes our mark from it.
// Only what carries the mark of the request is touched. What is gone already is no
// error.
func retire(ctx context.Context, s *session, r sdk.Retire[TargetConfig]) (sdk.WriteResult, error) {
	v, name, err := s.place(r.Target)
	if err != nil {
		return refused(err)
	}
	in, err := s.store(v)
	if err != nil {
		return refused(s.explain(err, "retiring", v, name))
	}
	job := &retirement{s, in, v, name, r}
	switch {
	case r.Mark.Owner == "" || r.Mark.Operation == "":
		return refused(&sdk.Error{Class: sdk.Internal, Code: "no-mark", Summary: "nothing is retired without a mark"})
	case r.Revision != "" && r.Mode == sdk.RetireDisable:
		return job.disable(ctx)
	case r.Revision == "" && r.Mode == sdk.RetireUnmark:
		return job.unmark(ctx)
	case r.Revision == "" && (r.Mode == sdk.RetireDelete || r.Mode == sdk.RetirePurge):
		return job.delete(ctx)
	}
	return refused(&sdk.Error{Class: sdk.Unsupported, Code: "unsupported", Summary: "versions are disabled, and secrets deleted, purged or unmarked"})
}

func (r *retirement) explain(err error, doing string) error {
	return r.session.explain(err, doing, r.vault, r.name)
}

// failed is the result of a request whose outcome may be in doubt.
func (r *retirement) failed(err error, doing string) (sdk.WriteResult, error) {
	result := sdk.WriteResult{Outcome: sdk.NotApplied}
	if classify(err).doubtful() {
		result.Outcome = sdk.OutcomeUnknown
	}
	return result, r.explain(err, doing)
}

func (r *retirement) marked(tags map[string]*string) bool {
	there := markOf(tags)
	return there.Owner == r.asked.Mark.Owner && there.Operation == r.asked.Mark.Operation
}

func (r *retirement) moved() error {
	return &sdk.Error{
		Class: sdk.Conflict, Code: "precondition-failed", Hint: "plan again",
		Summary: fmt.Sprintf("%s/%s was changed since the plan was made, and is left as it is", r.vault.Host, r.name),
	}
}

// disable makes an earlier version useless. The current one is never touched.
func (r *retirement) disable(ctx context.Context) (sdk.WriteResult, error) {
	current, err := r.store.current(ctx, r.name)
	if err != nil {
		return refused(r.explain(err, "looking at"))
	}
	all, err := r.store.versions(ctx, r.name)
	if err != nil {
		return refused(r.explain(err, "looking at the versions of"))
	}
	for _, p := range all {
		switch {
		case revision(p.ID) != r.asked.Revision:
			continue
		case current == nil || revision(current.ID) == r.asked.Revision || !r.marked(p.Tags):
			return refused(r.moved())
		case p.Attributes != nil && !value(p.Attributes.Enabled):
			return sdk.WriteResult{Outcome: sdk.Unchanged}, nil
		}
		_, err := r.store.update(ctx, r.name, r.asked.Revision, azsecrets.UpdateSecretPropertiesParameters{SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)}})
		if err != nil {
			return r.failed(err, "disabling a version of")
		}
		return sdk.WriteResult{Outcome: sdk.Applied}, nil
	}
	return sdk.WriteResult{Outcome: sdk.Unchanged}, nil
}

// unmark takes our tags from the current version and leaves everything else.
func (r *retirement) unmark(ctx context.Context) (sdk.WriteResult, error) {
	current, err := r.store.current(ctx, r.name)
	switch {
	case err != nil:
		return refused(r.explain(err, "looking at"))
	case current == nil:
		return sdk.WriteResult{Outcome: sdk.Unchanged}, nil
	case !r.marked(current.Tags):
		return refused(r.moved())
	}
	parameters := azsecrets.UpdateSecretPropertiesParameters{Tags: tags(TargetConfig{}, sdk.Mark{}, current.Tags)}
	if _, err := r.store.update(ctx, r.name, revision(current.ID), parameters); err != nil {
		return r.failed(err, "taking our mark from")
	}
	return sdk.WriteResult{Outcome: sdk.Applied}, nil
}

// delete deletes the secret, and purges it when that is asked for and the target
// does not forbid it.
func (r *retirement) delete(ctx context.Context) (sdk.WriteResult, error) {
	current, err := r.store.current(ctx, r.name)
	if err != nil {
		return refused(r.explain(err, "looking at"))
	}
	if current != nil {
		if !r.marked(current.Tags) {
			return refused(r.moved())
		}
		if err := r.store.delete(ctx, r.name); err != nil && !classify(err).notFound() && !classify(err).working() {
			return r.failed(err, "deleting")
		}
	}
	if r.asked.Mode != sdk.RetirePurge || r.asked.Known && !r.asked.Config.PurgeOnDelete {
		return sdk.WriteResult{Outcome: sdk.Applied}, nil
	}
	return sdk.WriteResult{Outcome: sdk.Applied}, r.purge(ctx)
}

// purge removes for good what was deleted. A vault that does not allow it keeps the
// secret for a while; that is told, and no failure.
func (r *retirement) purge(ctx context.Context) error {
	kept := func(why string) error {
		return &sdk.Error{Warning: true, Class: sdk.Permissions, Code: "not-purged", Summary: fmt.Sprintf("%s/%s is deleted and not purged: %s", r.vault.Host, r.name, why)}
	}
	sent := false
	err := eventually(ctx, func() (bool, error) {
		if sent {
			gone, err := r.gone(ctx)
			return !gone && err == nil, err
		}
		deleted, err := r.store.getDeleted(ctx, r.name)
		switch code := classify(err); {
		case code.notFound():
			gone, err := r.gone(ctx)
			return !gone && err == nil, err
		case code.status == http.StatusForbidden:
			// The right to see deleted secrets is a separate one; purging may be allowed.
		case err != nil:
			return false, r.explain(err, "purging")
		case !r.marked(deleted.Tags):
			return false, r.moved()
		}
		err = r.store.purge(ctx, r.name)
		switch code := classify(err); {
		case err == nil, code.notFound():
			sent = true
			return true, nil
		case code.working():
			return true, nil
		case code.status == http.StatusForbidden:
			return false, kept("the vault or your rights do not allow it; it can be recovered for as long as the vault keeps it")
		default:
			return false, r.explain(err, "purging")
		}
	})
	return err
}

// gone reports that there is neither a secret nor a deleted one. Who may not look is
// believed to have purged it.
func (r *retirement) gone(ctx context.Context) (bool, error) {
	for _, look := range []func() error{
		func() error { _, err := r.store.get(ctx, r.name, ""); return err },
		func() error { _, err := r.store.getDeleted(ctx, r.name); return err },
	} {
		err := look()
		if code := classify(err); !code.notFound() && code.status != http.StatusForbidden {
			return false, nil
		}
	}
	return true, nil
}
