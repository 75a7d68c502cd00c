package syntax

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// Print writes nodes as text of a language, with the comments of their entries.
// Reading it gives the same nodes, but for places. What the language cannot hold
// is in the list, and there is no text then: the two differ only in how numbers
// may be written, in keys that are no words, and in quotes within expressions.
func Print(n *Node, language Language, dialect Dialect) ([]byte, diag.List) {
	var text []byte
	var found diag.List
	if language == HCL {
		p := &hclPrinter{}
		text = p.print(n, dialect)
		found = p.found
	} else {
		p := &yamlPrinter{}
		text = p.print(n)
		found = p.found
	}
	if found.HasErrors() {
		return nil, found
	}
	return text, nil
}

func cannot(at diag.Range, l Language, what, hint string) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Code: "cannot-convert", Summary: fmt.Sprintf("%s cannot be written in %s", what, l), Hint: hint, Range: at}
}

// plainText is the text of a string without expressions.
func (n *Node) plainText() (string, bool) {
	if n == nil || n.Kind != schema.String || n.Broken {
		return "", false
	}
	if len(n.Parts) == 0 {
		return n.Text, true
	}
	var b strings.Builder
	for _, p := range n.Parts {
		text := p.Literal
		if p.Expr != nil {
			l, ok := p.Expr.(Literal)
			if !ok {
				return "", false
			}
			text = l.Text
		}
		b.WriteString(text)
	}
	return b.String(), true
}

// Flat are the parts of a text with constants taken into the literals around
// them.
func (n *Node) Flat() []Part {
	if text, ok := n.plainText(); ok {
		return []Part{{Literal: text, Range: n.Range}}
	}
	parts := make([]Part, len(n.Parts))
	for i, p := range n.Parts {
		if l, ok := p.Expr.(Literal); ok {
			p = Part{Literal: l.Text, Range: p.Range}
		}
		parts[i] = p
	}
	return joined(parts)
}

// allMaps reports whether all of some nodes are maps, and whether there are any.
func allMaps(nodes []*Node) bool {
	for _, n := range nodes {
		if n == nil || n.Kind != schema.Map {
			return false
		}
	}
	return len(nodes) > 0
}

func (n *Node) values() []*Node {
	list := make([]*Node, len(n.Entries))
	for i, e := range n.Entries {
		list[i] = e.Value
	}
	return list
}
