package syntax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
)

// shown is all that a node says, without places and layout: equal nodes are shown
// equal.
func shown(n *Node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

// unordered is the same whatever the order of keys: those that stand as labels in
// HCL come first there.
func unordered(n *Node) string {
	sorted := *n
	sorted.Entries = slices.Clone(n.Entries)
	slices.SortFunc(sorted.Entries, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	var b strings.Builder
	for _, e := range sorted.Entries {
		fmt.Fprintf(&b, "%q: %s ", e.Key, unordered(e.Value))
	}
	for _, item := range n.Items {
		b.WriteString(unordered(item) + ", ")
	}
	sorted.Entries, sorted.Items = nil, nil
	return b.String() + shown(&sorted)
}

func write(b *strings.Builder, n *Node) {
	switch n.Kind {
	case schema.List:
		b.WriteString("[")
		for _, item := range n.Items {
			write(b, item)
			b.WriteString(" ")
		}
		b.WriteString("]")
	case schema.Map:
		b.WriteString("{")
		for _, e := range n.Entries {
			fmt.Fprintf(b, "%q: ", e.Key)
			write(b, e.Value)
			b.WriteString(" ")
		}
		b.WriteString("}")
	case schema.String:
		for _, p := range n.Flat() {
			if p.Expr != nil {
				fmt.Fprintf(b, "<%s>", HCL.Expression(p.Expr))
				continue
			}
			fmt.Fprintf(b, "%q", p.Literal)
		}
	case schema.Null:
		b.WriteString("null")
	default:
		fmt.Fprintf(b, "%s(%s)", n.Kind, n.Text)
	}
}
