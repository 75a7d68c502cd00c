package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

// Identity judges as whom a provider authenticated, by the claims that its plugin
// gives. A claim that a rule names and the plugin does not give breaks it: what is
// not known is not fine.
func Identity(file *secretfile.File, alias, kind string, claims map[string]string) diag.List {
	var found diag.List
	for _, p := range file.Policies {
		if p.Kind != secretfile.KindIdentity || !p.Enabled || !holds(file, p) {
			continue
		}
		if len(p.Providers) > 0 && !slices.Contains(p.Providers, alias) && !slices.Contains(p.Providers, kind) {
			continue
		}
		var broken diag.List
		for _, r := range p.Rules {
			if d := judge(p, r, alias, claims); d != nil {
				broken = append(broken, *d)
			}
		}
		if !p.MatchAny || len(broken) == len(p.Rules) {
			found = append(found, broken...)
		}
	}
	return found
}

// holds reports whether an identity policy holds here: one that target profiles
// name, in their lanes only.
func holds(file *secretfile.File, p secretfile.Policy) bool {
	named := false
	for _, profile := range file.TargetProfiles {
		for _, name := range profile.IdentityPolicies {
			if name.Schema().Expose() == p.Name {
				named = true
				if profile.Name == file.TargetProfile {
					return true
				}
			}
		}
	}
	return !named
}

func judge(p secretfile.Policy, r secretfile.Rule, alias string, claims map[string]string) *diag.Diagnostic {
	have, known := claims[r.Field]
	matches := have == r.Glob
	if !r.Equals {
		matches = glob(r.Glob, have)
	}
	if known && matches {
		return nil
	}
	d := &diag.Diagnostic{Severity: p.Severity, Code: "policy-provider-identity", Range: r.Range, Related: []diag.Related{{Range: p.Range, Text: "by this policy"}}}
	d.Summary = fmt.Sprintf("provider %s acts as %s %s, and policy %s allows %s", alias, diag.Short(r.Field), diag.Short(have), p.Name, diag.Short(r.Glob))
	if !known {
		d.Summary = fmt.Sprintf("provider %s does not say as which %s it acts, and policy %s asks for %s", alias, diag.Short(r.Field), p.Name, diag.Short(r.Glob))
	}
	d.Hint = "authenticate as the identity of this environment"
	return d
}

// glob matches a text with a pattern in which * is any text.
func glob(pattern, text string) bool {
	pieces := strings.Split(pattern, "*")
	text, ok := strings.CutPrefix(text, pieces[0])
	if !ok || len(pieces) == 1 {
		return ok && text == ""
	}
	last := len(pieces) - 1
	for _, piece := range pieces[1:last] {
		if _, text, ok = strings.Cut(text, piece); !ok {
			return false
		}
	}
	return strings.HasSuffix(text, pieces[last])
}
