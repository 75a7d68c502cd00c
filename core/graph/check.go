package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

// check finds what is wrong with one use of a secret; nil when nothing is.
func check(e Edge, ref secretfile.Reference, secrets map[string]*secretfile.Secret, names []string, parts Fields) *diag.Diagnostic {
	fault := func(code, summary, hint string) *diag.Diagnostic {
		return &diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: e.Range}
	}
	s := secrets[e.To]
	if s == nil {
		hint := "declare it"
		if near := schema.Nearest(e.To, names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return fault("missing-secret", fmt.Sprintf("secret %q is not declared", diag.Short(e.To)), hint)
	}
	fields, known := parts.of(s)
	switch {
	case !known:
	case e.Field != "" && !slices.Contains(fields, e.Field):
		hint := fmt.Sprintf("it is a single value: read it as secret.%s", e.To)
		if near := schema.Nearest(e.Field, fields); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		} else if len(fields) > 0 {
			hint = "its fields are " + strings.Join(fields, ", ")
		}
		return fault("missing-field", fmt.Sprintf("secret %s has no field %q", diag.Short(e.To), diag.Short(e.Field)), hint)
	case e.Field == "" && len(fields) > 0 && ref.Encoder != "json" && ref.Encoder != "base64":
		return fault("missing-field", fmt.Sprintf("secret %s has fields, and one of them must be named", diag.Short(e.To)), "its fields are "+strings.Join(fields, ", ")+"; all of them are read as JSON with the encoder json")
	}
	return nil
}
