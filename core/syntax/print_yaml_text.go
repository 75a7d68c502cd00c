package syntax

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/internal/regex"
)

// nowhere is for texts that stand in no file.
var nowhere = at{func(offset int) int { return offset }, func(int) diag.Pos { return diag.Pos{} }}

// text is the text of a string with its expressions, as YAML has it after the
// quotes are gone.
func (p *yamlPrinter) text(n *Node) string {
	var b strings.Builder
	parts := n.Flat()
	for i, part := range parts {
		if part.Expr == nil {
			b.WriteString(escapeYAML(part.Literal, i+1 < len(parts)))
			continue
		}
		text := YAML.Expression(part.Expr)
		if again, found := interpolate("", text, nowhere); len(found) > 0 || len(again) != 1 || YAML.Expression(again[0].Expr) != text {
			p.cannot(part.Range, "an expression with these quotes or braces", "use a text without them")
		}
		b.WriteString(text)
	}
	return b.String()
}

// escapeYAML is text that no expression is found in. What follows it may be one,
// which a brace or a dollar sign before it would change.
func escapeYAML(text string, followed bool) string {
	end := len(text)
	if followed {
		end = len(strings.TrimRight(text, "{$"))
	}
	var b strings.Builder
	for i := 0; i < end; i++ {
		switch rest := text[i:end]; {
		case strings.HasPrefix(rest, "${"):
			b.WriteString("$${")
			i++
		case strings.HasPrefix(rest, "{{"):
			b.WriteString("{{'{{'}}")
			i++
		default:
			b.WriteByte(text[i])
		}
	}
	if end < len(text) {
		b.WriteString("{{'" + text[end:] + "'}}")
	}
	return b.String()
}

var (
	plainForm = regex.Of(`^[A-Za-z0-9_./][A-Za-z0-9_./@+~()=^;$-]*(?: [A-Za-z0-9_./@+~()=^;$-]+)*$`)
	urlForm   = regex.Of(`^[a-z][a-z0-9+.-]*://[A-Za-z0-9_./@+~=?&;$-]+(?::[0-9]+)?[A-Za-z0-9_./@+~=?&;$-]*$`)
	// lookalikes are plain texts that a reader of YAML 1.1, or a person, takes for
	// something else.
	lookalikes = regex.Of(`(?i)^(?:y|n|yes|no|on|off|~|null|true|false|\.inf|\.nan|[-+.0-9][-+.0-9_:eExXoOtTzZ ]*)$`)
)

// quoteYAML is a scalar: plain where nobody can take it for something else, else
// between double quotes.
func quoteYAML(text string) string {
	if (plainForm.MatchString(text) || urlForm.MatchString(text)) && !lookalikes.MatchString(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case allowed(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func yamlKey(key string) string { return quoteYAML(key) }

// block writes a text of several lines as they are, when it reads back the same.
func (p *yamlPrinter) block(n *Node, indent, tail string) bool {
	text := p.text(n)
	if strings.Count(text, "\n") < 2 || !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") || strings.ContainsAny(text[:1], " \t\n") {
		return false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r == '\r' || r == '\t' || !allowed(r) }) || strings.Contains(text, " \n") {
		return false
	}
	p.out.WriteString(" |" + tail + "\n")
	for line := range strings.Lines(text) {
		if line != "\n" {
			p.out.WriteString(indent)
		}
		p.out.WriteString(line)
	}
	return true
}
