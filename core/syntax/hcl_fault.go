package syntax

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/core/diag"
)

// redefined is the parser's word for an attribute that stands twice, which we
// report in ours.
const redefined = "Attribute redefined"

// syntaxFault is a fault of the parser in our words. The parser's summary is fixed
// text, its detail may quote the file.
func (h *hclReader) syntaxFault(p *hcl.Diagnostic) diag.Diagnostic {
	d := diag.Diagnostic{
		Severity: diag.Error, Code: "syntax", Summary: "the file is not valid HCL", Detail: strings.ToLower(p.Summary),
		Hint: "a setting is NAME = VALUE on a line of its own, text stands between double quotes, and a block is NAME { … }",
	}
	if p.Subject != nil {
		at := p.Subject.Start.Byte
		d.Range = h.span(at, at)
	}
	return d
}

// redefinition reports an attribute that stands twice. What stands under the
// second is masked; where it ends the parser does not tell, so to the end of the
// body.
func (h *hclReader) redefinition(body *hclsyntax.Body, p *hcl.Diagnostic) {
	if p.Summary != redefined || p.Subject == nil {
		return
	}
	second := h.at(*p.Subject)
	inner := innermost(body, p.Subject.Start.Byte)
	end := inner.EndRange.Start.Byte
	for _, b := range inner.Blocks {
		if start := b.TypeRange.Start.Byte; start > second.End.Offset && start < end {
			end = start
		}
	}
	for _, a := range inner.Attributes {
		if start := a.NameRange.Start.Byte; start > second.End.Offset && start < end {
			end = start
		}
	}
	h.sources.Seal(h.span(second.End.Offset, end))
	name := h.text.text[second.Start.Offset:second.End.Offset]
	d := diag.Diagnostic{Severity: diag.Error, Code: "duplicate-key", Summary: twiceSummary(name), Range: second}
	if first := inner.Attributes[name]; first != nil {
		d.Related = []diag.Related{{Range: h.at(first.NameRange), Text: "the first one"}}
	}
	h.found = append(h.found, d)
}

func innermost(body *hclsyntax.Body, offset int) *hclsyntax.Body {
	for _, b := range body.Blocks {
		if r := b.Body.SrcRange; r.Start.Byte <= offset && offset < r.End.Byte {
			return innermost(b.Body, offset)
		}
	}
	return body
}
