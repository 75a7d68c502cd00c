package observe

import (
	"context"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// Versions lists what a store keeps at a target, newest first, without values. The
// problem says why it could not be listed.
func (s *Session) Versions(ctx context.Context, wanted plan.Secret, t plan.Target) ([]pluginhost.Version, *plan.Problem) {
	instance := s.Provider(t.Provider)
	if instance == nil {
		return nil, &plan.Problem{Class: plan.ProviderProblem, Code: "provider-closed", Summary: "provider " + t.Provider + " could not be opened"}
	}
	versions, found, err := instance.Versions(ctx, reference(wanted, t))
	if err != nil {
		return nil, &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()}
	}
	return versions, Problem(found)
}

// reference names a target to its plugin.
func reference(wanted plan.Secret, t plan.Target) pluginhost.TargetRef {
	return pluginhost.TargetRef{Kind: t.Address.Kind, Address: t.Address.Place, Config: t.Config, Fields: wanted.FieldsAt(t), RotationPeriod: wanted.RotationPeriod}
}
