package syntax

import (
	"bytes"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

type yamlPrinter struct {
	out   bytes.Buffer
	found diag.List
}

func (p *yamlPrinter) print(root *Node) []byte {
	switch {
	case root.Kind == schema.Map && len(root.Entries) > 0:
		p.mapping(root, "")
	case root.Kind == schema.List && root.nested():
		p.sequence(root, "")
	default:
		p.inline(root)
		p.out.WriteByte('\n')
	}
	return append(bytes.TrimLeft(p.out.Bytes(), "\n"), root.footer()...)
}

func (p *yamlPrinter) cannot(at diag.Range, what, hint string) {
	p.found = append(p.found, cannot(at, YAML, what, hint))
}

// mapping writes the entries of a map, each on a line that begins with indent; the
// first goes on where the line is.
func (p *yamlPrinter) mapping(n *Node, indent string) {
	for i, e := range n.Entries {
		if indent == "" && i > 0 && (e.Value.nested() || n.Entries[i-1].Value.nested()) {
			p.out.WriteByte('\n')
		}
		if i > 0 || indent == "" {
			p.comments(e.notes.head(), indent)
			p.out.WriteString(indent)
		}
		p.out.WriteString(yamlKey(e.Key) + ":")
		p.value(e.Value, indent, e.notes.tail())
	}
}

// comments are lines of their own.
func (p *yamlPrinter) comments(lines []string, indent string) {
	for _, line := range lines {
		p.out.WriteString(indent + "#" + line + "\n")
	}
}

// nested reports a value that takes lines of its own.
func (n *Node) nested() bool {
	return n.Kind == schema.Map && len(n.Entries) > 0 || n.Kind == schema.List && !shortScalars(n.Items)
}

// value writes what stands behind a key, and ends its line.
func (p *yamlPrinter) value(n *Node, indent, tail string) {
	if tail != "" {
		tail = " #" + tail
	}
	switch {
	case n.Kind == schema.Map && len(n.Entries) > 0:
		p.out.WriteString(tail + "\n")
		inner := indent + "  "
		p.comments(n.Entries[0].notes.head(), inner)
		p.out.WriteString(inner)
		p.mapping(n, inner)
	case n.Kind == schema.List && n.nested():
		p.out.WriteString(tail + "\n")
		p.sequence(n, indent+"  ")
	case n.Kind == schema.String && p.block(n, indent+"  ", tail):
	default:
		p.out.WriteByte(' ')
		p.inline(n)
		p.out.WriteString(tail + "\n")
	}
}

func (p *yamlPrinter) sequence(n *Node, indent string) {
	for i, item := range n.Items {
		if i > 0 && item.nested() {
			p.out.WriteByte('\n')
		}
		p.comments(item.notes.head(), indent)
		if item.Kind == schema.Map && len(item.Entries) > 0 {
			p.comments(item.Entries[0].notes.head(), indent)
		}
		p.out.WriteString(indent + "-")
		switch {
		case item.Kind == schema.Map && len(item.Entries) > 0:
			p.out.WriteByte(' ')
			p.mapping(item, indent+"  ")
		default:
			p.value(item, indent, item.notes.tail())
		}
	}
}

// inline writes a value on the line where it is.
func (p *yamlPrinter) inline(n *Node) {
	switch n.Kind {
	case schema.Null:
		p.out.WriteString("null")
	case schema.Bool, schema.Number:
		p.out.WriteString(n.Text)
	case schema.List:
		p.out.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				p.out.WriteString(", ")
			}
			p.inline(item)
		}
		p.out.WriteByte(']')
	case schema.Map:
		p.out.WriteString("{}") // others have lines of their own
	default:
		p.out.WriteString(quoteYAML(p.text(n)))
	}
}
