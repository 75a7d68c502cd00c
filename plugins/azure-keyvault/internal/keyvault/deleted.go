package keyvault

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// The service works on a deletion, a recovery and a purge in the background. It is
// asked again after a pause that grows, until it has had its time. What is asked is
// the request that is needed next, for another front end may not know yet what the
// last one answered (Azure/azure-sdk-for-net#31581).
const (
	firstPause  = 250 * time.Millisecond
	longPause   = 5 * time.Second
	backgrounds = 2 * time.Minute
)

// eventually tries until it is done, fails, or the service has had its time; then
// the last error counts.
func eventually(ctx context.Context, try func() (again bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, backgrounds)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		again, err := try()
		if !again {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			if err == nil {
				err = &sdk.Error{Class: sdk.Unavailable, Code: "in-progress", Summary: "the vault is still at work on this name", Hint: "try again in a moment"}
			}
			return err
		}
	}
}

// working reports that the service is still at work on a name, or says so at another
// front end.
func (f failure) working() bool {
	return f.status == http.StatusConflict && strings.HasPrefix(f.inner, "ObjectIsBeing")
}

// held reports that a deleted secret holds the name.
func (f failure) held() bool {
	return f.status == http.StatusConflict && (f.inner == "ObjectIsDeletedButRecoverable" || f.inner == "" && strings.Contains(f.message, "deleted but recoverable"))
}

// free makes a name usable that a deleted secret of ours holds: the secret is
// recovered, or purged, as the target says. A deleted secret of somebody else's stays
// as it is. The service needs a while after it.
func (s *session) free(ctx context.Context, in *store, name, owner, how string) error {
	deleted, err := in.getDeleted(ctx, name)
	switch {
	case classify(err).notFound():
		return nil // it is free by now, or on its way
	case err != nil:
		return s.explain(err, "looking for a deleted", in.vault, name)
	case markOf(deleted.Tags).Owner != owner || owner == "":
		return s.explainHeld(in.vault, name, "a deleted secret that sz did not write holds the name")
	}
	switch how {
	case onDeletedPurge:
		err = in.purge(ctx, name)
	case onDeletedRecover:
		err = in.recover(ctx, name)
	default:
		return s.explainHeld(in.vault, name, "a deleted secret of ours holds the name, and on_deleted is fail")
	}
	if code := classify(err); err != nil && !code.notFound() && !code.working() {
		return s.explain(err, how+" of the deleted", in.vault, name)
	}
	return nil
}

func (s *session) explainHeld(v vault.Vault, name, why string) error {
	return &sdk.Error{
		Class: sdk.Conflict, Code: "soft-deleted", Summary: fmt.Sprintf("%s in vault %s cannot be written: %s", name, v.Name, why),
		Hint: heldHint(v, name),
	}
}

// deletedState is what a plan needs to know of a deleted secret.
func (l *look) deletedState(found *azsecrets.DeletedSecret) sdk.State {
	i := l.asked
	state := sdk.State{Presence: sdk.Deleted, Mark: markOf(found.Tags), Receipt: receipt(found.ID, found.Attributes, found.Tags)}
	purgeable := found.Attributes != nil && strings.Contains(value(found.Attributes.RecoveryLevel), "Purgeable")
	state.Diagnostics = []sdk.Error{{Warning: true, Class: sdk.Conflict, Code: "soft-deleted", Summary: "a deleted secret holds the name", Hint: heldHint(l.vault, l.name)}}
	state.Deletion.Until = value(found.ScheduledPurgeDate)
	state.Deletion.Recoverable = !i.Known || i.Config.OnDeleted == onDeletedRecover
	state.Deletion.Purgeable = i.Known && i.Config.OnDeleted == onDeletedPurge && purgeable
	return state
}
