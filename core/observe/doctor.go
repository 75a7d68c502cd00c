package observe

import (
	"context"
	"slices"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// Diagnosis is what the plugin of one provider instance found out about the places that
// a Secretfile leads to through it.
type Diagnosis struct {
	Provider string // the alias
	Kind     string
	Findings []pluginhost.Finding
	// Left is how many targets no plugin can say anything about.
	Left    int
	Problem *plan.Problem // nil when the diagnosis came to an end
}

// Diagnose asks every provider instance what stands between it and the work that the
// Secretfile has for it. Nothing is changed, unless probe permits the plugins to store
// something of their own and to remove it.
func (s *Session) Diagnose(ctx context.Context, desired plan.Desired, probe bool) []Diagnosis {
	var list []Diagnosis
	for _, p := range desired.Providers {
		d := Diagnosis{Provider: p.Alias, Kind: p.Kind}
		var items []pluginhost.DiagnoseItem
		for _, wanted := range desired.Secrets {
			for _, t := range wanted.Targets {
				switch {
				case t.Provider != p.Alias:
				case !s.can(t, pluginhost.CanDiagnose):
					d.Left++
				default:
					items = append(items, pluginhost.DiagnoseItem{Target: reference(wanted, t), Needs: needs(desired, wanted, t)})
				}
			}
		}
		for _, wanted := range desired.Secrets {
			if r := wanted.Read; r != nil && r.Target.Provider == p.Alias && s.can(r.Target, pluginhost.CanDiagnose) {
				items = append(items, pluginhost.DiagnoseItem{Target: reference(plan.Secret{}, r.Target), Needs: []pluginhost.Need{pluginhost.NeedInspect, pluginhost.NeedRead}})
			}
		}
		if len(items) > 0 {
			d.Problem = s.diagnose(ctx, p.Alias, items, probe, func(f pluginhost.Finding) { d.Findings = append(d.Findings, f) })
		}
		if len(items) > 0 || d.Left > 0 {
			list = append(list, d)
		}
	}
	return list
}

func (s *Session) diagnose(ctx context.Context, alias string, items []pluginhost.DiagnoseItem, probe bool, report func(pluginhost.Finding)) *plan.Problem {
	instance := s.Provider(alias)
	ask := instance.Diagnose
	if probe {
		writer, err := instance.Begin(ctx, "doctor")
		if err != nil {
			return &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()}
		}
		defer writer.Close()
		ask = writer.Diagnose
	}
	if err := ask(ctx, items, report); err != nil {
		return &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()}
	}
	return nil
}

// needs are what the Secretfile has to do at a target: to look and to store always; to
// read where a value goes from there to another place, where others are built of it,
// and where it is compared with what the Secretfile states. Removing is for who asks.
func needs(desired plan.Desired, wanted plan.Secret, t plan.Target) []pluginhost.Need {
	list := []pluginhost.Need{pluginhost.NeedInspect, pluginhost.NeedWrite, pluginhost.NeedUpdate, pluginhost.NeedDelete}
	stated := slices.ContainsFunc(wanted.Parts, func(p plan.Part) bool { return p.Stated != nil || p.Pieces != nil })
	used := desired.Graph != nil && len(desired.Graph.Users(wanted.Name)) > 0
	if t.Can.Read && (len(wanted.Targets) > 1 || stated || used) {
		list = append(list, pluginhost.NeedRead)
	}
	return list
}
