package keyvault

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

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

func created(p *azsecrets.SecretProperties) int64 {
	if p.Attributes == nil || p.Attributes.Created == nil {
		return 0
	}
	return p.Attributes.Created.Unix()
}

// versions tells of every version without its value.
func versions(ctx context.Context, s *session, t sdk.Target[TargetConfig]) ([]sdk.Version, error) {
	v, name, err := s.place(t)
	if err != nil {
		return nil, err
	}
	in, err := s.store(v)
	if err != nil {
		return nil, s.explain(err, "listing the versions of", v, name)
	}
	all, err := in.versions(ctx, name)
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
