package keyvault

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// right is a permission, in the words of access policies; update is one of roles alone,
// for which policies have set.
type right string

// purpose is what a right is needed for.
type purpose int

const (
	forRemoval purpose = iota + 1 // sz destroy, sz purge and --prune
	forApply                      // plan and apply
)

// needed are the rights that are needed, and what for.
type needed map[right]purpose

// allRights is the order in which they are tested and printed.
var allRights = []right{"list", "get", "set", "update", "recover", "delete", "purge"}

// dataActions are the rights in the words of roles
// (learn.microsoft.com/azure/role-based-access-control/permissions/security).
var dataActions = func() map[right]string {
	const of = "Microsoft.KeyVault/vaults/secrets/"
	return map[right]string{
		"list": of + "readMetadata/action", "get": of + "getSecret/action", "set": of + "setSecret/action", "update": of + "update/action",
		"recover": of + "recover/action", "delete": of + "delete", "purge": of + "purge/action",
	}
}()

// add adds what has to be possible at a place.
func (all needed) add(p sdk.DiagnosedPlace[TargetConfig]) {
	need := func(what purpose, list ...right) {
		for _, r := range list {
			all[r] = max(all[r], what)
		}
	}
	for _, n := range p.Needs {
		switch n {
		case sdk.NeedInspect:
			need(forApply, "list", "get")
		case sdk.NeedRead:
			need(forApply, "get")
		case sdk.NeedWrite:
			need(forApply, "set")
			switch p.Config.OnDeleted {
			case onDeletedRecover:
				need(forApply, "recover")
			case onDeletedPurge:
				need(forApply, "purge")
			}
			if p.Config.DisableOld {
				need(forApply, "update")
			}
		case sdk.NeedUpdate:
			need(forApply, "update")
		case sdk.NeedDelete:
			need(forRemoval, "delete")
			if p.Config.PurgeOnDelete {
				need(forRemoval, "purge")
			}
		}
	}
}

func (all needed) sorted() []right {
	return slices.DeleteFunc(slices.Clone(allRights), func(r right) bool { return all[r] == 0 })
}

// required are those that plans and applies need.
func (all needed) required() []right {
	return slices.DeleteFunc(slices.Clone(allRights), func(r right) bool { return all[r] != forApply })
}

// builtIn is the smallest built-in role that has some rights.
func builtIn(list []right) string {
	for _, r := range list {
		if r != "list" && r != "get" {
			return "Key Vault Secrets Officer"
		}
	}
	return "Key Vault Secrets User"
}

// policyWords are rights as access policies have them.
func policyWords(list []right) []string {
	var out []string
	for _, r := range list {
		if r == "update" {
			r = "set"
		}
		if !slices.Contains(out, string(r)) {
			out = append(out, string(r))
		}
	}
	return out
}

func words(list []right) string {
	var out []string
	for _, r := range list {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// nobody is a name that no secret has.
func nobody() string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	return "sz-doctor-" + hex.EncodeToString(random)
}

// try tests a right at a secret that does not exist: the vault looks at the right
// first, and answers 403 without it and 404 with it. Nothing is changed.
func (x *examination) try(ctx context.Context, in *store, r right) (sdk.FindingOutcome, string, error) {
	name := nobody()
	var err error
	switch r {
	case "list":
		err = in.list(ctx, func([]*azsecrets.SecretProperties) bool { return false })
	case "get":
		_, err = in.get(ctx, name, "")
	case "set":
		return x.trySet(ctx, in, name)
	case "update":
		_, err = in.update(ctx, name, "", azsecrets.UpdateSecretPropertiesParameters{})
	case "recover":
		err = in.recover(ctx, name)
	case "delete":
		err = in.delete(ctx, name)
	case "purge":
		err = in.purge(ctx, name)
	}
	return x.judge(err, r)
}

func (x *examination) judge(err error, r right) (sdk.FindingOutcome, string, error) {
	switch code := classify(err); {
	case err == nil, code.notFound():
		return sdk.Passed, "", nil
	case code.status == http.StatusForbidden && !code.blocked():
		return sdk.FindingFailed, "this identity may not do it", nil
	}
	return 0, "", x.session.explain(err, "testing the right "+string(r)+" with", x.vault, "a name that nobody has")
}

// trySet cannot test the right to set without setting something. Where access policies
// decide, the right to change what is around a secret is the same one.
func (x *examination) trySet(ctx context.Context, in *store, name string) (sdk.FindingOutcome, string, error) {
	if x.probe {
		return x.probeSet(ctx, in, name)
	}
	_, err := in.update(ctx, name, "", azsecrets.UpdateSecretPropertiesParameters{})
	code := classify(err)
	switch outcome, _, failed := x.judge(err, "set"); {
	case failed != nil:
		return 0, "", failed
	case outcome == sdk.FindingFailed && (code.inner == "AccessDenied" || strings.Contains(code.message, "does not have secrets set ")):
		return sdk.FindingFailed, "this identity may not do it", nil
	case outcome == sdk.FindingFailed:
		return sdk.Skipped, "not tested: that would store something; `sz doctor --probe-write` tests it", nil
	}
	return sdk.Inferred, "not tested, and likely, since what is around a secret may be changed; `sz doctor --probe-write` tests it", nil
}

// probeSet stores a secret that nobody uses, and removes it as far as it may.
func (x *examination) probeSet(ctx context.Context, in *store, name string) (sdk.FindingOutcome, string, error) {
	_, err := in.set(ctx, name, azsecrets.SetSecretParameters{
		Value: to.Ptr("made by sz doctor --probe-write"), Tags: map[string]*string{"sz-doctor": to.Ptr("probe")},
		SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false), Expires: to.Ptr(time.Now().Add(time.Hour).UTC().Truncate(time.Second))},
	})
	if err != nil {
		return x.judge(err, "set")
	}
	what := fmt.Sprintf("stored %s, disabled and without a value of yours", name)
	if err := in.delete(ctx, name); err != nil {
		return sdk.Passed, what + "; it could not be deleted: remove it with " + command("az keyvault secret delete --vault-name VAULT --name NAME", x.vault, name), nil
	}
	err = eventually(ctx, func() (bool, error) {
		err := in.purge(ctx, name)
		code := classify(err)
		return code.working(), err
	})
	if err != nil {
		return sdk.Passed, what + ", and deleted it; it goes for good when the vault's retention is over", nil
	}
	return sdk.Passed, what + ", deleted and purged it", nil
}
