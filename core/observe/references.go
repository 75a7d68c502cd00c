package observe

import (
	"context"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// Place is one target of a secret.
type Place struct {
	Secret plan.Secret
	Target plan.Target
}

// can reports whether the plugin behind a target has a capability that decisions do
// not depend on.
func (s *Session) can(t plan.Target, c pluginhost.Capability) bool {
	instance := s.Provider(t.Provider)
	if instance == nil {
		return false
	}
	for _, p := range instance.Plugin.Providers {
		if p.Kind == instance.Kind {
			kind, ok := p.Target(t.Address.Kind)
			return ok && kind.Can(c)
		}
	}
	return false
}

// Refers reports that others can read what is at a target by a reference.
func (s *Session) Refers(t plan.Target) bool { return s.can(t, pluginhost.CanRefer) }

// References writes the texts with which a consumer reads secrets, one for each kind
// of target among places, and says of how many places no plugin can write any. The
// problem is that of the first plugin that refuses. No store is asked.
func (s *Session) References(ctx context.Context, places []Place, consumer, project string) (texts []pluginhost.References, left int, problem *plan.Problem) {
	byKind := map[string][]Place{}
	var kinds []string
	for _, p := range places {
		kind := p.Target.Address.Kind
		switch {
		case !s.Refers(p.Target):
			left++
			continue
		case byKind[kind] == nil:
			kinds = append(kinds, kind)
		}
		byKind[kind] = append(byKind[kind], p)
	}
	for _, kind := range kinds {
		var items []pluginhost.ReferenceItem
		for _, p := range byKind[kind] {
			items = append(items, pluginhost.ReferenceItem{Target: reference(p.Secret, p.Target), Secret: p.Secret.Name, Field: p.Target.Field})
		}
		text, found, err := s.Provider(byKind[kind][0].Target.Provider).References(ctx, items, consumer, project)
		if err != nil {
			return nil, left, &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()}
		}
		if problem := Problem(found); problem != nil {
			return nil, left, problem
		}
		texts = append(texts, text)
	}
	return texts, left, nil
}
