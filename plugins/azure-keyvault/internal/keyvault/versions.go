package keyvault

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// maxListed bounds a listing: the service keeps no such number of versions, and an
// endless one is an attack.
const maxListed = 100_000

// allVersions lists the versions of a secret. A secret that does not exist has
// none.
func allVersions(ctx context.Context, client *azsecrets.Client, name string) ([]*azsecrets.SecretProperties, error) {
	var all []*azsecrets.SecretProperties
	pager := client.NewListSecretPropertiesVersionsPager(name, nil)
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if len(all) > maxListed {
			return nil, errors.New("the list of versions does not end")
		}
	}
	return all, nil
}

// newestFirst orders by creation. The service lists by id, and its times have a
// resolution of a second; our operation ids decide within one, and what carries none is
// taken to be on top: somebody wrote there, which must not be overlooked.
func newestFirst(all []*azsecrets.SecretProperties) {
	slices.SortStableFunc(all, func(a, b *azsecrets.SecretProperties) int {
		if order := created(b) - created(a); order != 0 {
			return int(order)
		}
		return compareOperations(markOf(b.Tags).Operation, markOf(a.Tags).Operation)
	})
}

// compareOperations orders ids N.TIME.RANDOM by their number and then as text; none is
// the greatest.
func compareOperations(a, b string) int {
	if a == "" || b == "" {
		return strings.Compare(b, a)
	}
	numberA, _, _ := strings.Cut(a, ".")
	numberB, _, _ := strings.Cut(b, ".")
	return cmp.Or(len(numberA)-len(numberB), strings.Compare(a, b))
}

func newestOf(all []*azsecrets.SecretProperties) *azsecrets.SecretProperties {
	if len(all) == 0 {
		return nil
	}
	newestFirst(all)
	return all[0]
}

// currentOf is the current version of a secret without its value; nil when there is
// none. Who may not read the value, or of a disabled secret nobody, learns of it from
// the list of versions.
func currentOf(ctx context.Context, client *azsecrets.Client, name string) (*azsecrets.SecretProperties, error) {
	answer, err := client.GetSecret(ctx, name, "", nil)
	switch code := classify(err); {
	case err == nil:
		return &azsecrets.SecretProperties{ID: answer.ID, Tags: answer.Tags, Attributes: answer.Attributes, ContentType: answer.ContentType}, nil
	case code.notFound():
		return nil, nil
	case !code.unreadable():
		return nil, err
	}
	all, err := allVersions(ctx, client, name)
	if err != nil {
		return nil, err
	}
	return newestOf(all), nil
}

func created(p *azsecrets.SecretProperties) int64 {
	if p.Attributes == nil || p.Attributes.Created == nil {
		return 0
	}
	return p.Attributes.Created.Unix()
}

// versions tells of every version without its value.
func versions(ctx context.Context, s *session, t sdk.Target[TargetConfig]) ([]sdk.Version, error) {
	v, name, err := place(t)
	if err != nil {
		return nil, err
	}
	client, err := s.client(ctx, v)
	if err != nil {
		return nil, s.explain(err, "listing the versions of", v, name)
	}
	all, err := allVersions(ctx, client, name)
	if err != nil {
		return nil, s.explain(err, "listing the versions of", v, name)
	}
	newestFirst(all)
	var list []sdk.Version
	for _, p := range all {
		entry := sdk.Version{Revision: revision(p.ID), Mark: markOf(p.Tags)}
		if a := p.Attributes; a != nil {
			entry.Enabled, entry.Created, entry.Expires = value(a.Enabled), value(a.Created), value(a.Expires)
		}
		list = append(list, entry)
	}
	return list, nil
}
