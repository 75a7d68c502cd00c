package observe

import (
	"context"
	"sync"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// place is one target while its address is asked for.
type place struct {
	secret *plan.Secret
	target *plan.Target
	read   bool // by a source, and not written
}

// Place asks the plugins for the canonical address of every target, fills them
// into desired, and checks what only plugins can: semantics of configurations,
// and that no two secrets are stored in one place.
func (s *Session) Place(ctx context.Context, desired *plan.Desired) diag.List {
	var group sync.WaitGroup
	var found diag.List
	group.Go(func() { found = s.checkGenerators(ctx, desired) })
	answers := s.checkTargets(ctx, placesByProvider(desired), &group)
	group.Wait()
	var claims, reads []plan.Claim
	for _, a := range answers {
		if a.err != nil {
			found = append(found, failed(a.err, a.places[0].target.Range))
			continue
		}
		for i, r := range a.results {
			p := a.places[i]
			for _, d := range r.Diagnostics {
				found = append(found, Diagnostic(d, p.target.Source, p.target.Range))
			}
			if pluginhost.Failed(r.Diagnostics) {
				continue
			}
			p.target.Address.Place = r.Address
			if p.read {
				reads = append(reads, p.claims(r)...)
				continue
			}
			p.target.Can.Marks = p.target.Can.Marks && !r.Unmarked
			found = append(found, bounded(desired, *p.secret, *p.target, r)...)
			s.throttles[p.target.Address] = Throttle{r.Throttle, s.Provider(p.target.Provider).Plugin.Name}
			claims = append(claims, p.claims(r)...)
		}
	}
	return append(append(found, plan.Overlaps(claims)...), plan.ReadAndWritten(reads, claims)...).Sorted()
}

// placed is what a plugin answered about the targets of one provider.
type placed struct {
	places  []place
	results []pluginhost.CheckResult
	err     error
}

// checkTargets asks the providers side by side. What it returns is filled when group is
// done.
func (s *Session) checkTargets(ctx context.Context, places map[string][]place, group *sync.WaitGroup) []*placed {
	var answers []*placed
	for alias, list := range places {
		instance := s.Provider(alias)
		if instance == nil {
			continue // it did not open, which has been reported
		}
		a := &placed{places: list}
		answers = append(answers, a)
		group.Go(func() { a.results, a.err = instance.CheckTargets(ctx, checkItems(list)) })
	}
	return answers
}

func placesByProvider(desired *plan.Desired) map[string][]place {
	places := map[string][]place{}
	for i := range desired.Secrets {
		secret := &desired.Secrets[i]
		for j := range secret.Targets {
			t := &secret.Targets[j]
			places[t.Provider] = append(places[t.Provider], place{secret, t, false})
		}
		if r := secret.Read; r != nil {
			places[r.Target.Provider] = append(places[r.Target.Provider], place{secret, &r.Target, true})
		}
	}
	return places
}

func checkItems(places []place) []pluginhost.CheckItem {
	items := make([]pluginhost.CheckItem, len(places))
	for i, p := range places {
		items[i] = pluginhost.CheckItem{Kind: p.target.Address.Kind, Config: p.target.Config, Secret: p.secret.Name, Field: p.target.Field, Fields: p.secret.FieldsAt(*p.target), RotationPeriod: p.secret.RotationPeriod}
	}
	return items
}

func (p place) claims(r pluginhost.CheckResult) []plan.Claim {
	places := r.Claims
	if len(places) == 0 {
		places = []string{r.Address}
	}
	var claims []plan.Claim
	for _, c := range places {
		claims = append(claims, plan.Claim{Place: p.target.Address.Kind + ":" + c, Secret: p.secret.Name, Range: p.target.Range})
	}
	return claims
}

// checkGenerators asks the plugins whether values can be made as configured.
func (s *Session) checkGenerators(ctx context.Context, desired *plan.Desired) diag.List {
	items := map[*pluginhost.Instance][]pluginhost.GeneratorItem{}
	parts := map[*pluginhost.Instance][]plan.Part{}
	for _, secret := range desired.Secrets {
		for _, p := range secret.Parts {
			if instance := s.Generator(p.Kind); p.MayBeGenerated() && instance != nil {
				items[instance] = append(items[instance], Item(p))
				parts[instance] = append(parts[instance], p)
			}
		}
	}
	var found diag.List
	for instance, list := range items {
		results, err := instance.CheckGenerators(ctx, list)
		if err != nil {
			found = append(found, failed(err, parts[instance][0].Range))
			continue
		}
		for i, r := range results {
			part := parts[instance][i]
			for _, d := range r.Diagnostics {
				found = append(found, Diagnostic(d, part.Source, part.Range))
			}
		}
	}
	return found
}
