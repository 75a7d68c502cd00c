package keyvault

import (
	"context"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// maxValue is the service's limit, in bytes: "Secret is beyond the maximum
// permitted length of 25600 characters". Bytes are the stricter reading.
const maxValue = 25600

// attempts is how often a set is tried whose outcome was in doubt and which turned
// out not to have happened.
const attempts = 3

// writer stores one value.
type writer struct {
	session *session
	store   *store
	vault   vault.Vault
	name    string
	write   sdk.Write[TargetConfig]
}

// write stores a value as a new version, once: a version that carries the
// operation id already is the result of an earlier try.
func write(ctx context.Context, s *session, w sdk.Write[TargetConfig]) (sdk.WriteResult, error) {
	v, name, err := s.place(w.Target)
	if err != nil {
		return refused(err)
	}
	flat, err := storable(w.Payload)
	if err != nil {
		return refused(err)
	}
	in, err := s.store(v)
	if err != nil {
		return refused(s.explain(err, "storing", v, name))
	}
	job := &writer{s, in, v, name, w}
	present, done, err := job.expected(ctx)
	if done.Outcome != 0 || err != nil {
		return done, err
	}
	return job.set(ctx, flat, present)
}

func refused(err error) (sdk.WriteResult, error) {
	return sdk.WriteResult{Outcome: sdk.NotApplied}, err
}

// storable is the payload as the text that the service keeps.
func storable(p secret.Payload) (secret.Value, error) {
	flat, err := p.Flat()
	switch {
	case err != nil:
		return flat, &sdk.Error{Class: sdk.InvalidConfig, Code: "not-storable", Summary: "the value cannot be written as JSON", Detail: err.Error()}
	case !utf8.Valid(flat.Expose()):
		return flat, &sdk.Error{Class: sdk.InvalidConfig, Code: "not-text", Summary: "the value is not UTF-8 text, and Key Vault keeps text only", Hint: "encode it, as with base64"}
	case flat.Len() > maxValue:
		return flat, &sdk.Error{Class: sdk.InvalidConfig, Code: "too-large", Summary: fmt.Sprintf("the value has %d bytes and Key Vault keeps %d at most", flat.Len(), maxValue)}
	}
	return flat, nil
}

// expected makes sure that what the plan saw is still there. Where nothing was a
// moment ago, a look costs as much as the write and is left out.
func (j *writer) expected(ctx context.Context) (present *azsecrets.SecretProperties, done sdk.WriteResult, err error) {
	if j.write.Expect.Absent && !j.write.Expect.Recheck {
		return nil, sdk.WriteResult{}, nil
	}
	if j.write.Expect.Deleted {
		return j.deleted(ctx)
	}
	present, err = j.store.current(ctx, j.name)
	if err != nil {
		return nil, sdk.WriteResult{Outcome: sdk.NotApplied}, j.explain(err)
	}
	if present != nil && markOf(present.Tags).Operation == j.write.Mark.Operation && markOf(present.Tags).Owner == j.write.Mark.Owner {
		return present, sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: receipt(present.ID, present.Attributes, present.Tags)}, nil
	}
	if moved := j.moved(present); moved != nil {
		return nil, sdk.WriteResult{Outcome: sdk.NotApplied}, moved
	}
	return present, sdk.WriteResult{}, nil
}

// deleted is what a deleted secret of ours leaves to a new version of it. Its name is
// freed when the set is refused, and not before.
func (j *writer) deleted(ctx context.Context) (*azsecrets.SecretProperties, sdk.WriteResult, error) {
	answer, err := j.store.getDeleted(ctx, j.name)
	switch {
	case classify(err).notFound():
		// Recovered by somebody, or not deleted yet.
		present, err := j.store.current(ctx, j.name)
		if err != nil {
			return nil, sdk.WriteResult{Outcome: sdk.NotApplied}, j.explain(err)
		}
		if present != nil && revision(present.ID) != j.write.Expect.Receipt.Revision {
			return nil, sdk.WriteResult{Outcome: sdk.NotApplied}, j.moved(present)
		}
		return present, sdk.WriteResult{}, nil
	case err != nil:
		return nil, sdk.WriteResult{Outcome: sdk.NotApplied}, j.explain(err)
	case j.write.Config.OnDeleted == onDeletedPurge:
		return nil, sdk.WriteResult{}, nil
	}
	return &azsecrets.SecretProperties{Tags: answer.Tags}, sdk.WriteResult{}, nil
}

// moved says how what is there differs from what the plan saw.
func (j *writer) moved(present *azsecrets.SecretProperties) error {
	e := &sdk.Error{Class: sdk.Conflict, Code: "precondition-failed", Hint: "plan again"}
	where := j.vault.Host + "/" + j.name
	switch {
	case j.write.Expect.Absent && present != nil:
		e.Summary = fmt.Sprintf("%s came to be since the plan was made", where)
	case j.write.Expect.Receipt.Revision != "" && present == nil:
		e.Summary = fmt.Sprintf("%s is gone since the plan was made", where)
	case j.write.Expect.Receipt.Revision != "" && revision(present.ID) != j.write.Expect.Receipt.Revision:
		e.Summary = fmt.Sprintf("%s was changed since the plan was made", where)
	default:
		return nil
	}
	return e
}

// set makes the version, and frees the name first where a deleted secret of ours
// holds it.
func (j *writer) set(ctx context.Context, flat secret.Value, present *azsecrets.SecretProperties) (sdk.WriteResult, error) {
	parameters := j.parameters(flat, present)
	freed := false
	var result sdk.WriteResult
	err := eventually(ctx, func() (bool, error) {
		var err error
		var code failure
		result, code, err = j.once(ctx, parameters)
		switch {
		case err == nil || !code.held() && !code.working():
			return false, err
		case code.held() && !freed:
			// What is deleted in the meantime is freed once; then it takes its time.
			if err := j.session.free(ctx, j.store, j.name, j.write.Mark.Owner, j.write.Config.OnDeleted); err != nil {
				return false, err
			}
			freed = true
		}
		return true, err
	})
	if err == nil && j.write.Config.DisableOld {
		j.disableOthers(ctx, &result)
	}
	return result, err
}

// once makes the version unless its answer says that it did not. The SDK may repeat
// the request only when the service said that it did nothing; after a lost answer the
// versions are searched first.
func (j *writer) once(ctx context.Context, parameters azsecrets.SetSecretParameters) (sdk.WriteResult, failure, error) {
	var lost error
	for range attempts {
		once := policy.WithRetryOptions(ctx, policy.RetryOptions{
			MaxRetries: retries.MaxRetries, RetryDelay: retries.RetryDelay, MaxRetryDelay: retries.MaxRetryDelay, TryTimeout: retries.TryTimeout,
			ShouldRetry: func(response *http.Response, _ error) bool {
				return response != nil && response.StatusCode == http.StatusServiceUnavailable
			},
		})
		answer, err := j.store.set(once, j.name, parameters)
		code := classify(err)
		switch {
		case err == nil:
			return sdk.WriteResult{Outcome: sdk.Applied, Receipt: receipt(answer.ID, answer.Attributes, answer.Tags)}, code, nil
		case code.throttled():
			return sdk.WriteResult{Outcome: sdk.NotApplied, RetryAt: code.retryAt(time.Now())}, code, j.explain(err)
		case !code.doubtful():
			return sdk.WriteResult{Outcome: sdk.NotApplied}, code, j.explain(err)
		}
		lost = err
		result, found, err := j.search(ctx, value(parameters.Value))
		if found || err != nil {
			return result, failure{}, err
		}
	}
	return sdk.WriteResult{Outcome: sdk.NotApplied}, classify(lost), j.explain(lost)
}

// retryAt is when the service asks to be asked again; zero when it does not say, which
// it mostly does not (vcsjones/AzureSignTool issue 219).
func (f failure) retryAt(now time.Time) time.Time {
	if f.retryAfter <= 0 {
		return time.Time{}
	}
	return now.Add(f.retryAfter)
}

// disableOthers disables the versions of ours that are older than the one that was
// just made. A failure is told and does not undo the write.
func (j *writer) disableOthers(ctx context.Context, result *sdk.WriteResult) {
	all, err := j.store.versions(ctx, j.name)
	for _, p := range all {
		old := revision(p.ID)
		enabled := p.Attributes != nil && value(p.Attributes.Enabled)
		if err != nil || old == result.Receipt.Revision || !enabled || markOf(p.Tags).Owner != j.write.Mark.Owner {
			continue
		}
		_, err = j.store.update(ctx, j.name, old, azsecrets.UpdateSecretPropertiesParameters{SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)}})
	}
	if err != nil {
		result.Diagnostics = append(result.Diagnostics, sdk.Error{
			Warning: true, Class: sdk.Permissions, Code: "not-disabled", Summary: fmt.Sprintf("the versions before the new one of %s/%s could not be disabled: %s", j.vault.Host, j.name, clip(err.Error())),
		})
	}
}

func (j *writer) parameters(flat secret.Value, present *azsecrets.SecretProperties) azsecrets.SetSecretParameters {
	structured := j.write.Payload.Type() == secret.Object || j.write.Payload.Type() == secret.List
	var others map[string]*string
	kind := contentType(j.write.Config, structured)
	if present != nil {
		others = present.Tags
		if kind == nil {
			kind = present.ContentType // a set inherits nothing
		}
	}
	return azsecrets.SetSecretParameters{
		Value: to.Ptr(string(flat.Expose())), ContentType: kind,
		Tags: tags(j.write.Config, j.write.Mark, others), SecretAttributes: attributes(j.write.Config, j.write.RotationPeriod, madeAt(j.write.Mark.Operation, &azsecrets.SecretAttributes{Created: to.Ptr(time.Now())})),
	}
}

// search looks for our operation among all versions: another writer's may be on
// top of it. Where none is marked, the value itself tells whether it is there.
func (j *writer) search(ctx context.Context, flat string) (sdk.WriteResult, bool, error) {
	if !j.write.Config.marked() {
		return j.searchUnmarked(ctx, flat)
	}
	all, err := j.store.versions(ctx, j.name)
	if err != nil {
		return sdk.WriteResult{Outcome: sdk.OutcomeUnknown}, true, j.explain(err)
	}
	for _, p := range all {
		if mark := markOf(p.Tags); mark.Operation == j.write.Mark.Operation && mark.Owner == j.write.Mark.Owner {
			return sdk.WriteResult{Outcome: sdk.Applied, Receipt: receipt(p.ID, p.Attributes, p.Tags)}, true, nil
		}
	}
	return sdk.WriteResult{}, false, nil
}

func (j *writer) searchUnmarked(ctx context.Context, flat string) (sdk.WriteResult, bool, error) {
	answer, err := j.store.get(ctx, j.name, "")
	switch {
	case classify(err).notFound():
		return sdk.WriteResult{}, false, nil
	case err != nil:
		return sdk.WriteResult{Outcome: sdk.OutcomeUnknown}, true, j.explain(err)
	case revision(answer.ID) == j.write.Expect.Receipt.Revision || value(answer.Value) != flat:
		return sdk.WriteResult{}, false, nil
	}
	return sdk.WriteResult{Outcome: sdk.Applied, Receipt: receipt(answer.ID, answer.Attributes, answer.Tags)}, true, nil
}

func (j *writer) explain(err error) error {
	return j.session.explain(err, "storing", j.vault, j.name)
}
