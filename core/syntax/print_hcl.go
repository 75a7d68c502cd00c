package syntax

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
)

// settled are the maps with keys of their own, which are written as blocks. Other
// maps are attributes.
var settled = []string{"config", "auth", "rotation", "source", "metadata", "environments"}

var (
	word      = regex.Of(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	hclNumber = regex.Of(`^-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$`)
)

type hclPrinter struct {
	out   bytes.Buffer
	found diag.List
}

func (p *hclPrinter) print(root *Node, dialect Dialect) []byte {
	if root.Kind != schema.Map {
		p.cannot(root.Range, "a file that is no map", "")
		return nil
	}
	p.body(root, dialect.shape(), true)
	return hclwrite.Format(append(bytes.TrimLeft(p.out.Bytes(), "\n"), root.footer()...))
}

func (p *hclPrinter) cannot(at diag.Range, what, hint string) {
	p.found = append(p.found, cannot(at, HCL, what, hint))
}

// body writes a map as what stands in a body: blocks for what has a block, else
// attributes.
func (p *hclPrinter) body(n *Node, s shape, top bool) {
	for i, e := range n.Entries {
		if p.blocks(e, s) {
			continue
		}
		if top && (i > 0 && e.Value.Kind >= schema.List || i > 0 && n.Entries[i-1].Value.Kind >= schema.List) {
			p.blank()
		}
		if slices.Contains(settled, e.Key) && e.Value.Kind == schema.Map && words(e.Value) {
			p.comments(Entry{notes: noted(e.remarks(), "")})
			p.block(e.Key, nil, e.Value, nil)
			continue
		}
		p.comments(e)
		if !word.MatchString(e.Key) {
			p.cannot(e.KeyRange, "the key "+diag.Printable(diag.Short(e.Key)), "use letters, digits, underscores and hyphens")
		}
		p.out.WriteString(e.Key + " = ")
		p.value(e.Value, true)
		p.tail(e)
	}
}

func (p *hclPrinter) comments(e Entry) {
	for _, line := range e.notes.head() {
		p.out.WriteString("#" + line + "\n")
	}
}

// blank leaves a line free, but at the beginning of a body.
func (p *hclPrinter) blank() {
	if !bytes.HasSuffix(p.out.Bytes(), []byte("{\n")) {
		p.out.WriteByte('\n')
	}
}

func (p *hclPrinter) tail(e Entry) {
	if e.notes.tail() != "" {
		p.out.WriteString(" #" + e.notes.tail())
	}
	p.out.WriteByte('\n')
}
