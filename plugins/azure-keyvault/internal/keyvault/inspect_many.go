package keyvault

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/sdk"
)

// Few names of a vault are looked at one by one, many by listing: a page tells of up
// to 25 secrets, all but their values and versions.
const fewNames = 8

// looks are addresses of one vault, by the lower-case name, with their numbers in the
// request.
type looks struct {
	of     map[string]*look
	number map[*look]int
	answer func(int, sdk.State)
}

// inspectMany answers for vaults of which many secrets are wanted what listing them
// tells, vault by vault side by side.
func inspectMany(ctx context.Context, s *session, items []sdk.Inspection[TargetConfig], answer func(int, sdk.State)) error {
	vaults := map[string]*looks{}
	for n, item := range items {
		l, err := s.look(ctx, item)
		if err != nil || item.Challenge.Asked() {
			continue // left to be looked at by itself, since it fails or takes the value
		}
		some := vaults[l.vault.Host]
		if some == nil {
			some = &looks{map[string]*look{}, map[*look]int{}, answer}
			vaults[l.vault.Host] = some
		}
		some.of[strings.ToLower(l.name)], some.number[l] = l, n
	}
	var group sync.WaitGroup
	for _, some := range vaults {
		if len(some.of) > fewNames {
			group.Go(func() { some.list(ctx) })
		}
	}
	group.Wait()
	return nil
}

// list answers what a listing of the vault tells. It gives up after as many pages
// without a wanted name as there are names left to find, so that a few secrets among
// many thousands do not cost much more than getting them.
func (s *looks) list(ctx context.Context) {
	left := slices.Collect(maps.Values(s.of))
	in := left[0].store
	held := sync.OnceValues(func() (map[string]bool, bool) { return deletedNames(ctx, in, len(s.of)) })
	var beside sync.WaitGroup
	defer beside.Wait()
	if !slices.ContainsFunc(left, (*look).written) {
		beside.Go(func() { _, _ = held() }) // most of them will be absent
	}
	fruitless, given := 0, false
	err := in.list(ctx, func(some []*azsecrets.SecretProperties) bool {
		before := len(left)
		for _, p := range some {
			l := s.of[nameIn(p.ID)]
			if n := slices.Index(left, l); n >= 0 {
				left = slices.Delete(left, n, n+1)
				if state, ok := l.listed(p); ok {
					s.answer(s.number[l], state)
				}
			}
		}
		if len(left) == before {
			fruitless++
		}
		given = fruitless >= len(left)
		return !given
	})
	if err == nil && !given && len(left) > fewNames {
		s.absent(left, held)
	}
}

// written reports a place that was written before, by what is recorded.
func (l *look) written() bool { return l.asked.Receipt.Revision != "" }

// nameIn is the lower-case name of a secret in a listing, whose ids were checked.
func nameIn(id *azsecrets.ID) string { return strings.ToLower(id.Name()) }

// listed is the state that a listing tells of, if it tells enough: a listing has no
// versions, and its times are in seconds, but the version that was made and changed
// when the last write there was, by the same operation, is that of the write.
func (l *look) listed(p *azsecrets.SecretProperties) (sdk.State, bool) {
	known, listed := l.asked.Receipt, receipt(nil, p.Attributes, p.Tags)
	if known.Version != 1 || known.Revision == "" {
		return sdk.State{}, false
	}
	for _, key := range []string{"created", "updated", "operation"} {
		if listed.Data[key] == "" || listed.Data[key] != known.Data[key] {
			return sdk.State{}, false
		}
	}
	state := l.described(p)
	state.Receipt, state.Match = known, sdk.Matches
	return state, true
}

// absent answers for names that a whole listing did not show and that no deleted
// secret holds. One that was written before is left open all the same: what is
// missing in a list is no proof.
func (s *looks) absent(names []*look, deleted func() (map[string]bool, bool)) {
	held, known := deleted()
	if !known {
		return
	}
	for _, l := range names {
		if !l.written() && !held[strings.ToLower(l.name)] {
			s.answer(s.number[l], sdk.State{Presence: sdk.Absent})
		}
	}
}

// deletedNames are the lower-case names that deleted secrets hold, unless they cannot
// be listed or take as many pages as there are names to look for.
func deletedNames(ctx context.Context, in *store, names int) (held map[string]bool, known bool) {
	held = map[string]bool{}
	pages := 0
	err := in.listDeleted(ctx, func(some []*azsecrets.SecretProperties) bool {
		pages++
		for _, p := range some {
			held[nameIn(p.ID)] = true
		}
		return pages < names
	})
	return held, err == nil && pages < names
}
