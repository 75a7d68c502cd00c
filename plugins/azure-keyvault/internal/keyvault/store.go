package keyvault

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
)

// store is one vault. It believes no answer that is not about what was asked, and
// survives answers on which the client of the SDK panics: an odd challenge, an id that
// is none. Its errors are those of the SDK, or an [*oddError].
type store struct {
	vault  vault.Vault
	client *azsecrets.Client
}

// oddError is an answer that no vault gives.
type oddError struct{ host, text string }

// Error names the host and what is odd.
func (e *oddError) Error() string {
	return fmt.Sprintf("%s answered as no vault does: %s", e.host, e.text)
}

// NonRetriable keeps the SDK from trying again.
func (e *oddError) NonRetriable() {}

func (s *store) odd(format string, args ...any) error {
	return &oddError{s.vault.Host, clip(fmt.Sprintf(format, args...))}
}

// survive makes an error of a panic of the SDK, which says nothing of use.
func (s *store) survive(err *error) {
	if recover() != nil {
		*err = s.odd("the answer cannot be taken apart")
	}
}

// get reads a version of a secret; the empty version is the current one.
func (s *store) get(ctx context.Context, name, version string) (found *azsecrets.Secret, err error) {
	defer s.survive(&err)
	answer, err := s.client.GetSecret(ctx, name, version, nil)
	if err != nil {
		return nil, err
	}
	return &answer.Secret, s.about(answer.ID, name, version)
}

// set makes a version.
func (s *store) set(ctx context.Context, name string, parameters azsecrets.SetSecretParameters) (made *azsecrets.Secret, err error) {
	defer s.survive(&err)
	answer, err := s.client.SetSecret(ctx, name, parameters, nil)
	if err != nil {
		return nil, err
	}
	return &answer.Secret, s.about(answer.ID, name, "")
}

// update changes what is around a version.
func (s *store) update(ctx context.Context, name, version string, parameters azsecrets.UpdateSecretPropertiesParameters) (changed *azsecrets.Secret, err error) {
	defer s.survive(&err)
	answer, err := s.client.UpdateSecretProperties(ctx, name, version, parameters, nil)
	if err != nil {
		return nil, err
	}
	return &answer.Secret, s.about(answer.ID, name, version)
}

func (s *store) delete(ctx context.Context, name string) (err error) {
	defer s.survive(&err)
	_, err = s.client.DeleteSecret(ctx, name, nil)
	return err
}

func (s *store) getDeleted(ctx context.Context, name string) (found *azsecrets.DeletedSecret, err error) {
	defer s.survive(&err)
	answer, err := s.client.GetDeletedSecret(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	return &answer.DeletedSecret, s.about(answer.ID, name, "")
}

func (s *store) purge(ctx context.Context, name string) (err error) {
	defer s.survive(&err)
	_, err = s.client.PurgeDeletedSecret(ctx, name, nil)
	return err
}

func (s *store) recover(ctx context.Context, name string) (err error) {
	defer s.survive(&err)
	_, err = s.client.RecoverDeletedSecret(ctx, name, nil)
	return err
}

// about checks that an answer is about a version of a secret, of the version asked for
// if one was.
func (s *store) about(id *azsecrets.ID, name, version string) error {
	there, which, ok := s.parse(id)
	switch {
	case !ok || which == "":
		return s.odd("the id of a secret is %q", shown(id))
	case !strings.EqualFold(there, name) || version != "" && which != version:
		return s.odd("asked for %s, it answered about %q", name, shown(id))
	}
	return nil
}

// idForm is that of the ids of secrets, with a version or without.
var idForm = regex.Of(`^https://([a-z0-9.-]+)(?::443)?/secrets/([0-9a-zA-Z-]{1,127})(?:/([0-9a-zA-Z]{1,64}))?/?$`)

// parse takes an id apart. One of another vault is none.
func (s *store) parse(id *azsecrets.ID) (name, version string, ok bool) {
	if id == nil {
		return "", "", false
	}
	found := idForm.FindStringSubmatch(string(*id))
	if found == nil || !strings.EqualFold(found[1], s.vault.Host) {
		return "", "", false
	}
	return found[2], found[3], true
}

func shown(id *azsecrets.ID) string {
	if id == nil {
		return ""
	}
	return string(*id)
}

// revision is the version of an id; empty when it has none.
func revision(id *azsecrets.ID) string {
	if id == nil {
		return ""
	}
	if found := idForm.FindStringSubmatch(string(*id)); found != nil {
		return found[3]
	}
	return ""
}

// The bounds of a listing. The service keeps no such number of secrets in a vault or of
// versions of one, and an endless listing is an attack. Pages without anything come
// from the service now and then.
const (
	maxListed = 100_000
	maxEmpty  = 100
)

// page is one page of a listing. Without items, which is not the same as with none, it
// is no page.
type page struct {
	items []*azsecrets.SecretProperties
	next  *string
}

// list lists the secrets of the vault, page by page, until visit has enough. Their ids
// have no versions.
func (s *store) list(ctx context.Context, visit func([]*azsecrets.SecretProperties) bool) error {
	pager := s.client.NewListSecretPropertiesPager(nil)
	return walk(s, ctx, pager, "", visit, func(r azsecrets.ListSecretPropertiesResponse) page { return page{r.Value, r.NextLink} })
}

// listVersions lists the versions of a secret, in no order.
func (s *store) listVersions(ctx context.Context, name string, visit func([]*azsecrets.SecretProperties) bool) error {
	pager := s.client.NewListSecretPropertiesVersionsPager(name, nil)
	return walk(s, ctx, pager, name, visit, func(r azsecrets.ListSecretPropertiesVersionsResponse) page { return page{r.Value, r.NextLink} })
}

// listDeleted lists the deleted secrets.
func (s *store) listDeleted(ctx context.Context, visit func([]*azsecrets.SecretProperties) bool) error {
	pager := s.client.NewListDeletedSecretPropertiesPager(nil)
	return walk(s, ctx, pager, "", visit, func(r azsecrets.ListDeletedSecretPropertiesResponse) page {
		if r.Value == nil {
			return page{}
		}
		p := page{items: []*azsecrets.SecretProperties{}, next: r.NextLink}
		for _, d := range r.Value {
			if d != nil {
				p.items = append(p.items, &azsecrets.SecretProperties{ID: d.ID, Attributes: d.Attributes, ContentType: d.ContentType, Tags: d.Tags})
			}
		}
		return p
	})
}

// walk goes through a listing. name is set for one of versions, which are all of it.
func walk[T any](s *store, ctx context.Context, pager *runtime.Pager[T], name string, visit func([]*azsecrets.SecretProperties) bool, take func(T) page) (err error) {
	defer s.survive(&err)
	listed, empty, links := 0, 0, map[string]bool{}
	for pager.More() {
		answer, err := pager.NextPage(ctx)
		if err != nil {
			return err
		}
		p := take(answer)
		if p.items == nil {
			return s.odd("a listing lists nothing, not even none")
		}
		listed += len(p.items)
		empty++
		if len(p.items) > 0 {
			empty = 0
		}
		if listed > maxListed || empty > maxEmpty {
			return s.odd("a listing does not end")
		}
		if p.next != nil && *p.next != "" {
			if links[*p.next] {
				return s.odd("a listing leads back to a page that was read")
			}
			links[*p.next] = true
		}
		for _, item := range p.items {
			if item == nil {
				return s.odd("a listing holds nothing where a secret should be")
			}
			there, version, ok := s.parse(item.ID)
			if !ok || (name != "") != (version != "") || name != "" && !strings.EqualFold(there, name) {
				return s.odd("a listing holds the id %q", shown(item.ID))
			}
		}
		if !visit(p.items) {
			return nil
		}
	}
	return nil
}

// versions are all versions of a secret. A secret that does not exist has none.
func (s *store) versions(ctx context.Context, name string) ([]*azsecrets.SecretProperties, error) {
	var all []*azsecrets.SecretProperties
	err := s.listVersions(ctx, name, func(some []*azsecrets.SecretProperties) bool {
		all = append(all, some...)
		return true
	})
	return all, err
}

// current is the current version of a secret without its value; nil when there is
// none. Who may not read the value, or of a disabled secret nobody, learns of it from
// the list of versions.
func (s *store) current(ctx context.Context, name string) (*azsecrets.SecretProperties, error) {
	found, err := s.get(ctx, name, "")
	switch code := classify(err); {
	case err == nil:
		return properties(found), nil
	case code.notFound():
		return nil, nil
	case !code.unreadable():
		return nil, err
	}
	all, err := s.versions(ctx, name)
	if err != nil {
		return nil, err
	}
	return newestOf(all), nil
}

// isOdd reports an answer that no vault gives.
func isOdd(err error) bool {
	_, odd := errors.AsType[*oddError](err)
	return odd
}
