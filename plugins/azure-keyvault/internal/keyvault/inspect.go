package keyvault

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// inspect says what is at an address with one call where there is something, and
// a second one where there is nothing: a deleted secret still holds its name.
func inspect(ctx context.Context, s *session, i sdk.Inspection[TargetConfig]) (sdk.State, error) {
	v, name, err := place(i.Target)
	if err != nil {
		return sdk.State{}, err
	}
	client, err := s.client(ctx, v)
	if err != nil {
		return sdk.State{}, s.explain(err, "looking at", v, name)
	}
	answer, err := client.GetSecret(ctx, name, "", nil)
	switch code := classify(err); {
	case err == nil:
		return present(i, &answer.Secret), nil
	case code.notFound():
		return inspectDeleted(ctx, s, client, v, name)
	case code.inner == "SecretDisabled":
		return inspectDisabled(ctx, s, client, i, v, name)
	}
	return sdk.State{}, s.explain(err, "looking at", v, name)
}

func present(i sdk.Inspection[TargetConfig], found *azsecrets.Secret) sdk.State {
	state := described(i, found)
	if i.Challenge.Asked() {
		whole := secret.FromString(value(found.Value))
		i.Challenge.Answer(&state, whole, fieldOf(whole))
	}
	return state
}

// described is a state without what takes the value. A version never changes its
// value, so the same version is the same value.
func described(i sdk.Inspection[TargetConfig], found *azsecrets.Secret) sdk.State {
	state := sdk.State{Presence: sdk.Present, Mark: markOf(found.Tags), Receipt: receipt(found.ID, found.Attributes), Match: sdk.CannotTell}
	switch {
	case i.Receipt.Version != 1 || i.Receipt.Revision == "":
	case i.Receipt.Revision == state.Receipt.Revision:
		state.Match = sdk.Matches
	default:
		state.Match = sdk.Differs
	}
	if i.Known {
		state.MetadataDiffers = differing(i.Config, found)
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

func inspectDeleted(ctx context.Context, s *session, client *azsecrets.Client, v vault.Vault, name string) (sdk.State, error) {
	answer, err := client.GetDeletedSecret(ctx, name, nil)
	code := classify(err)
	switch {
	case err == nil:
		state := sdk.State{Presence: sdk.Deleted, Mark: markOf(answer.Tags), Receipt: receipt(answer.ID, answer.Attributes)}
		state.Deletion.Recoverable = true
		if answer.Attributes != nil {
			state.Deletion.Purgeable = strings.Contains(value(answer.Attributes.RecoveryLevel), "Purgeable")
		}
		state.Deletion.Until = value(answer.ScheduledPurgeDate)
		return state, nil
	case code.notFound():
		return sdk.State{Presence: sdk.Absent}, nil
	case code.status == 403:
		// The right to see deleted secrets is a separate one. Without it a name
		// that is still held shows when it is written, and not before.
		return sdk.State{Presence: sdk.Absent, Diagnostics: []sdk.Error{{
			Warning: true, Class: sdk.Permissions, Code: "cannot-see-deleted", Summary: "deleted secrets of " + v.Name + " cannot be looked at with this identity",
		}}}, nil
	}
	return sdk.State{}, s.explain(err, "looking for a deleted", v, name)
}

// inspectDisabled learns of a disabled secret from the list of its versions: its
// value cannot be had, and everything else can.
func inspectDisabled(ctx context.Context, s *session, client *azsecrets.Client, i sdk.Inspection[TargetConfig], v vault.Vault, name string) (sdk.State, error) {
	all, err := allVersions(ctx, client, name)
	if err != nil {
		return sdk.State{}, s.explain(err, "looking at the versions of", v, name)
	}
	newest := newestOf(all)
	if newest == nil {
		return sdk.State{Presence: sdk.Unknown}, nil
	}
	state := described(i, &azsecrets.Secret{ID: newest.ID, Tags: newest.Tags, Attributes: newest.Attributes, ContentType: newest.ContentType})
	state.Presence = sdk.Disabled
	return state, nil
}
