package plan

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
)

// fieldKey is the setting of a structured kind that picks one of its fields.
const fieldKey = "field"

// structure gives a part the fields of its kind. In a field of a template there is
// room for a single value only, so one of them must be picked there.
func (b *builder) structure(p *Part, secret string) {
	fields := b.kinds.GeneratorFields(p.Kind)
	switch {
	case len(fields) == 0 || !p.Config.Get(fieldKey).IsNull():
	case p.Field == "":
		p.Fields = fields
	default:
		b.report(diag.Diagnostic{
			Severity: diag.Error, Code: "structured-field", Range: p.Range,
			Summary: fmt.Sprintf("field %s of %s can hold one value, and kind %s makes several", p.Field, secret, p.Kind),
			Hint:    fmt.Sprintf("pick one with %s in its config: %s", fieldKey, strings.Join(fields, ", ")),
		})
	}
}

// fieldsOf tells the graph the fields of what a plugin makes.
func (b *builder) fieldsOf(g secretfile.Generator) ([]string, bool) {
	if _, own := value.Config(g.Kind); own {
		return nil, false
	}
	if _, served := b.kinds.Generator(g.Kind); !served {
		return nil, false
	}
	if !g.Config.Get(fieldKey).IsNull() {
		return nil, true
	}
	return b.kinds.GeneratorFields(g.Kind), true
}
