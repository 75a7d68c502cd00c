package syntax

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
)

// value writes what stands behind an equals sign. Only there may a text be a
// heredoc.
func (p *hclPrinter) value(n *Node, heredoc bool) {
	switch n.Kind {
	case schema.Null:
		p.out.WriteString("null")
	case schema.Bool:
		p.out.WriteString(n.Text)
	case schema.Number:
		if !hclNumber.MatchString(n.Text) {
			p.cannot(n.Range, "a number in this notation", "write it in decimal digits, or between quotes if it is text")
		}
		p.out.WriteString(n.Text)
	case schema.List:
		p.list(n)
	case schema.Map:
		p.object(n)
	default:
		p.text(n, heredoc)
	}
}

func (p *hclPrinter) list(n *Node) {
	if p.inline(n) {
		p.out.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				p.out.WriteString(", ")
			}
			p.value(item, false)
		}
		p.out.WriteByte(']')
		return
	}
	p.out.WriteString("[\n")
	for _, item := range n.Items {
		for _, line := range item.notes.head() {
			p.out.WriteString("#" + line + "\n")
		}
		p.value(item, false)
		p.out.WriteString(",")
		if item.notes.tail() != "" {
			p.out.WriteString(" #" + item.notes.tail())
		}
		p.out.WriteString("\n")
	}
	p.out.WriteByte(']')
}

// inline reports whether a list fits on a line.
func (p *hclPrinter) inline(n *Node) bool { return shortScalars(n.Items) }

func shortScalars(items []*Node) bool {
	size := 0
	for _, item := range items {
		if item.Kind >= schema.List || len(item.notes.head()) > 0 || item.notes.tail() != "" {
			return false
		}
		size += len(item.Text) + 4
	}
	return size <= 80
}

func (p *hclPrinter) object(n *Node) {
	if len(n.Entries) == 0 {
		p.out.WriteString("{}")
		return
	}
	p.out.WriteString("{\n")
	for _, e := range n.Entries {
		p.comments(e)
		if word.MatchString(e.Key) {
			p.out.WriteString(e.Key)
		} else {
			p.out.WriteString(quoteHCL(e.Key))
		}
		p.out.WriteString(" = ")
		p.value(e.Value, true)
		p.tail(e)
	}
	p.out.WriteByte('}')
}

func (p *hclPrinter) text(n *Node, heredoc bool) {
	parts := n.Flat()
	if len(parts) == 1 && parts[0].Expr != nil {
		p.out.WriteString(HCL.Expression(parts[0].Expr))
		return
	}
	if heredoc && fitsHeredoc(parts) {
		p.heredoc(parts)
		return
	}
	p.out.WriteByte('"')
	for i, part := range parts {
		if part.Expr != nil {
			p.out.WriteString("${" + HCL.Expression(part.Expr) + "}")
			continue
		}
		p.out.WriteString(escapeHCL(part.Literal, i+1 < len(parts)))
	}
	p.out.WriteByte('"')
}

const heredocEnd = "EOT"

// fitsHeredoc reports whether a text of several lines reads back the same from a
// heredoc.
func fitsHeredoc(parts []Part) bool {
	lines := 0
	for i, part := range parts {
		text := part.Literal
		if part.Expr != nil {
			continue
		}
		if strings.ContainsAny(text, "\r$%\\") || !isNormal(text) || strings.Contains(text, heredocEnd) || strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) }) {
			return false
		}
		lines += strings.Count(text, "\n")
		if i == len(parts)-1 && !strings.HasSuffix(text, "\n") {
			return false
		}
	}
	return lines > 1 && parts[len(parts)-1].Expr == nil
}

func (p *hclPrinter) heredoc(parts []Part) {
	p.out.WriteString("<<" + heredocEnd + "\n")
	for _, part := range parts {
		if part.Expr != nil {
			p.out.WriteString("${" + HCL.Expression(part.Expr) + "}")
			continue
		}
		p.out.WriteString(part.Literal)
	}
	p.out.WriteString(heredocEnd)
}

// escapeHCL is text as it stands between quotes. What follows it may be an
// expression, which a dollar sign before it would undo.
func escapeHCL(text string, followed bool) string {
	var b strings.Builder
	for i, r := range text {
		rest := text[i+len(string(r)):]
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case (r == '$' || r == '%') && (rest == "" && followed || strings.HasPrefix(rest, "$") || strings.HasPrefix(rest, "%")):
			fmt.Fprintf(&b, `\u%04x`, r)
		case (r == '$' || r == '%') && strings.HasPrefix(rest, "{"):
			b.WriteString(string(r) + string(r))
		case allowed(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func quoteHCL(text string) string { return `"` + escapeHCL(text, false) + `"` }
