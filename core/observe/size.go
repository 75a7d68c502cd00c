package observe

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/secret"
)

// bounded checks what the Secretfile wants at a target against what its store keeps.
func bounded(desired *plan.Desired, s plan.Secret, t plan.Target, r pluginhost.CheckResult) diag.List {
	found := oversized(s, t, r.MaxValue)
	// Of the project's id only the length is known before the first apply.
	owner := plan.Owner{Project: desired.Project, ID: strings.Repeat("0", 16), Environment: desired.Environment, Secret: s.Name}.String()
	if r.MaxMark > 0 && !r.Unmarked && len(owner) > r.MaxMark {
		found = append(found, diag.Diagnostic{
			Severity: diag.Error, Code: "name-too-long", Range: s.Range,
			Summary: fmt.Sprintf("the name of secret %s is too long for a target %s: with project and environment it has %d bytes, and our mark there has room for %d", diag.Short(s.Name), t.Address.Kind, len(owner), r.MaxMark),
			Hint:    "shorten the name of the secret or of the project",
		})
	}
	return found
}

// oversized says that what the Secretfile states for a target is more than its store
// keeps, before anything is made or written. What is generated is not known yet, and
// counts for nothing.
func oversized(s plan.Secret, t plan.Target, most int) diag.List {
	if most <= 0 {
		return nil
	}
	var fields []secret.Field
	var at diag.Range
	size := 0
	for _, p := range s.Parts {
		if p.Stated == nil || t.Field != "" && p.Field != t.Field {
			continue
		}
		at = p.Range
		if p.Field != "" && t.Field == "" {
			fields = append(fields, secret.Field{Name: p.Field, Value: *p.Stated})
		} else if flat, err := p.Stated.Flat(); err == nil {
			size = flat.Len()
		}
	}
	if len(fields) > 0 {
		if flat, err := secret.NewObject(fields).Flat(); err == nil {
			size = flat.Len()
		}
	}
	if size <= most {
		return nil
	}
	return diag.List{{
		Severity: diag.Error, Code: "value-too-large", Range: at,
		Summary: fmt.Sprintf("the value of %s has %d bytes, and a target %s keeps %d at most", s.Name, size, t.Address.Kind, most),
		Hint:    "store a part of it in each of several secrets, or another way to it",
	}}
}
