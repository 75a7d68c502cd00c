package observe

import (
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/schema"
)

// located is a configuration that knows where its parts were written.
type located interface {
	RangeOf(path schema.Path, onKey bool) diag.Range
}

// Diagnostic is what a plugin says, at the place in the Secretfile that it is
// about: the attribute, or whole when the plugin names none.
func Diagnostic(d pluginhost.PluginDiagnostic, config located, whole diag.Range) diag.Diagnostic {
	out := diag.Diagnostic{Severity: diag.Error, Code: d.Code, Summary: d.Summary, Detail: d.Detail, Hint: d.Hint, Range: whole}
	if d.Warning {
		out.Severity = diag.Warning
	}
	if out.Code == "" {
		out.Code = d.Class.String()
	}
	if len(d.Path) > 0 {
		out.Range = config.RangeOf(d.Path, false)
	}
	return out
}

// Problem is what a plugin says of a place, for a decision.
func Problem(list []pluginhost.PluginDiagnostic) *plan.Problem {
	for _, d := range list {
		if !d.Warning {
			return problem(d)
		}
	}
	return nil
}

// remark is what a plugin says of a place, also when it is only a warning: what may be
// done about a deleted value, for one.
func remark(list []pluginhost.PluginDiagnostic) *plan.Problem {
	if len(list) == 0 {
		return nil
	}
	return problem(list[0])
}

func problem(d pluginhost.PluginDiagnostic) *plan.Problem {
	return &plan.Problem{Class: class(d), Code: d.Code, Summary: d.Summary, Detail: d.Detail, Hint: d.Hint}
}

func class(d pluginhost.PluginDiagnostic) plan.Class {
	switch d.Class {
	case pluginhost.InvalidConfig:
		return plan.ConfigProblem
	case pluginhost.Authentication, pluginhost.Permissions, pluginhost.Unavailable, pluginhost.Throttled:
		return plan.ProviderProblem
	case pluginhost.Conflict:
		return plan.ConflictProblem
	}
	return plan.OtherProblem
}
