package observe

import (
	"fmt"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/sdk/secret"
)

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
