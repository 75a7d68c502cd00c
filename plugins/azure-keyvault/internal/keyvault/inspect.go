package keyvault

import (
	"context"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// look is one address that is looked at.
type look struct {
	session *session
	store   *store
	vault   vault.Vault
	name    string
	asked   sdk.Inspection[TargetConfig]
}

func (s *session) look(ctx context.Context, i sdk.Inspection[TargetConfig]) (*look, error) {
	v, name, err := s.place(i.Target)
	if err != nil {
		return nil, err
	}
	in, err := s.store(v)
	if err != nil {
		return nil, s.explain(err, "looking at", v, name)
	}
	return &look{s, in, v, name, i}, nil
}

func (l *look) explain(err error, doing string) error {
	return l.session.explain(err, doing, l.vault, l.name)
}

// inspect looks at one address.
func inspect(ctx context.Context, s *session, i sdk.Inspection[TargetConfig]) (sdk.State, error) {
	l, err := s.look(ctx, i)
	if err != nil {
		return sdk.State{}, err
	}
	return l.one(ctx)
}

// one says what is there with one call where there is something, and a second one
// where there is nothing: a deleted secret still holds its name.
func (l *look) one(ctx context.Context) (sdk.State, error) {
	var response *http.Response
	answer, err := l.store.get(policy.WithCaptureResponse(ctx, &response), l.name, "")
	var state sdk.State
	switch code := classify(err); {
	case err == nil:
		state = l.present(answer)
	case code.notFound():
		state, err = l.deleted(ctx)
	case code.unreadable():
		state, err = l.unread(ctx, err)
	default:
		return sdk.State{}, l.explain(err, "looking at")
	}
	state.StoreTime = clock(response)
	return state, err
}

// clock is the time by the service's own clock, which every answer tells.
func clock(response *http.Response) time.Time {
	if response == nil {
		return time.Time{}
	}
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

func (l *look) present(found *azsecrets.Secret) sdk.State {
	state := l.described(properties(found))
	if l.asked.Challenge.Asked() {
		whole := secret.FromString(value(found.Value))
		l.asked.Challenge.Answer(&state, whole, fieldOf(whole))
	}
	return state
}

func properties(found *azsecrets.Secret) *azsecrets.SecretProperties {
	return &azsecrets.SecretProperties{ID: found.ID, Tags: found.Tags, Attributes: found.Attributes, ContentType: found.ContentType}
}

// described is a state without what takes the value. A version never changes its
// value, so the same version is the same value.
func (l *look) described(found *azsecrets.SecretProperties) sdk.State {
	state := sdk.State{Presence: sdk.Present, Mark: markOf(found.Tags), Receipt: receipt(found.ID, found.Attributes, found.Tags), Match: sdk.CannotTell}
	if a := found.Attributes; a != nil && a.Enabled != nil && !*a.Enabled {
		state.Presence = sdk.Disabled
	}
	switch known := l.asked.Receipt; {
	case known.Version != 1 || known.Revision == "":
	case known.Revision == state.Receipt.Revision:
		state.Match = sdk.Matches
	default:
		state.Match = sdk.Differs
	}
	if l.asked.Known {
		state.MetadataDiffers = differing(l.asked.Config, l.asked.RotationPeriod, found)
	}
	return state
}

// fieldOf reads fields of a structured value, which is stored as JSON.
func fieldOf(whole secret.Value) func(string) (secret.Value, bool) {
	object, err := secret.ParseJSON(whole)
	return func(name string) (secret.Value, bool) {
		if err != nil {
			return secret.Value{}, false
		}
		part, ok := object.Field(name)
		if !ok {
			return secret.Value{}, false
		}
		flat, err := part.Flat()
		return flat, err == nil
	}
}

func (l *look) deleted(ctx context.Context) (sdk.State, error) {
	answer, err := l.store.getDeleted(ctx, l.name)
	code := classify(err)
	switch {
	case err == nil:
		return l.deletedState(answer), nil
	case code.notFound():
		return sdk.State{Presence: sdk.Absent}, nil
	case code.unreadable():
		return l.unseen(), nil
	}
	return sdk.State{}, l.explain(err, "looking for a deleted")
}

// unseen is the state where nothing is and deleted secrets may not be looked at: the
// right to see them is a separate one. A name that is still held shows when it is
// written, and not before.
func (l *look) unseen() sdk.State {
	return sdk.State{Presence: sdk.Absent, Diagnostics: []sdk.Error{{
		Warning: true, Class: sdk.Permissions, Code: "cannot-see-deleted", Summary: "deleted secrets of " + l.vault.Name + " cannot be looked at with this identity",
	}}}
}

// unread learns of a secret whose value may not be read from the list of its
// versions: it is disabled, or the right to get secrets is missing. refusal is the
// error of the read; it counts when the list is refused too.
func (l *look) unread(ctx context.Context, refusal error) (sdk.State, error) {
	all, err := l.store.versions(ctx, l.name)
	if classify(err).unreadable() {
		return sdk.State{}, l.explain(refusal, "looking at")
	}
	if err != nil {
		return sdk.State{}, l.explain(err, "looking at the versions of")
	}
	newest := newestOf(all)
	if newest == nil {
		return l.deleted(ctx)
	}
	state := l.described(newest)
	state.Unreadable = true
	return state, nil
}
