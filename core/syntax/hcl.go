package syntax

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// parseHCL is the HCL front end. The parser takes tokens of all that it is given
// into memory, at some hundred bytes each, so a large file is given to it in pieces
// (hcl_pieces.go).
func parseHCL(file string, text []byte, dialect Dialect, sources *diag.Sources) (*Node, diag.List) {
	h := &hclReader{file: file, text: newText(text), sources: sources, made: map[*Node]bool{}}
	root := h.newMap(h.span(0, len(text)))
	err := h.pieces(text, func(body *hclsyntax.Body) { h.fill(root, body, dialect.shape()) })
	if err != nil {
		sources.Hide(file)
		return nil, diag.List{*err}
	}
	if len(root.Entries) == 0 && len(h.found) == 0 {
		return nil, diag.List{emptyFile(h.span(0, 0))}
	}
	return root, h.found
}

type hclReader struct {
	file    string
	text    *sourceText
	sources *diag.Sources
	made    map[*Node]bool // maps and lists that blocks have made
	found   diag.List
}

func (h *hclReader) span(from, to int) diag.Range { return h.text.span(h.file, from, to) }

// at is a range of the parser in our terms, whose columns are characters.
func (h *hclReader) at(r hcl.Range) diag.Range { return h.span(r.Start.Byte, r.End.Byte) }

func (h *hclReader) report(at diag.Range, code, summary, hint string) {
	h.found = append(h.found, diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: at})
}

// region is a range with the comment behind it: a value with a # in it that was
// not put between quotes.
func (h *hclReader) region(r diag.Range) diag.Range {
	rest := h.text.text[r.End.Offset:]
	line, _, _ := strings.Cut(rest, "\n")
	tail := strings.TrimSpace(line)
	if strings.HasPrefix(tail, "#") || strings.HasPrefix(tail, "//") || strings.HasPrefix(tail, "/*") {
		return h.span(r.Start.Offset, r.End.Offset+len(strings.TrimRight(line, " \t\r")))
	}
	return r
}

// item is a piece of a body: an attribute or a block.
type item struct {
	start     int
	attribute *hclsyntax.Attribute
	block     *hclsyntax.Block
}

// items are the pieces of a body in the order of the file.
func items(body *hclsyntax.Body) []item {
	var list []item
	for _, a := range body.Attributes {
		list = append(list, item{start: a.SrcRange.Start.Byte, attribute: a})
	}
	for _, b := range body.Blocks {
		list = append(list, item{start: b.TypeRange.Start.Byte, block: b})
	}
	slices.SortFunc(list, func(a, b item) int { return a.start - b.start })
	return list
}

// body is a map of what a body holds.
func (h *hclReader) body(body *hclsyntax.Body, s shape, at diag.Range) *Node {
	n := h.newMap(at)
	h.fill(n, body, s)
	return n
}

// fill puts what a body holds into a map.
func (h *hclReader) fill(n *Node, body *hclsyntax.Body, s shape) {
	for _, i := range items(body) {
		if i.attribute != nil {
			value := h.expression(i.attribute.Expr)
			value.regionEnd = h.region(value.Region()).End
			h.add(n, i.attribute.Name, h.at(i.attribute.NameRange), value)
			continue
		}
		h.block(n, i.block, s)
	}
}

func (h *hclReader) newMap(at diag.Range) *Node {
	return &Node{Kind: schema.Map, Range: at, regionEnd: at.End}
}

// add puts an entry into a map.
func (h *hclReader) add(n *Node, key string, at diag.Range, value *Node) {
	if earlier := n.Entry(key); earlier != nil {
		h.twice(key, at, earlier.KeyRange, value)
		return
	}
	n.Entries = append(n.Entries, Entry{Key: key, KeyRange: at, Value: value})
}

func (h *hclReader) twice(key string, at, earlier diag.Range, value *Node) {
	h.sources.Seal(value.Region())
	h.found = append(h.found, diag.Diagnostic{
		Severity: diag.Error, Code: "duplicate-key", Summary: twiceSummary(key), Range: at,
		Related: []diag.Related{{Range: earlier, Text: "the first one"}},
	})
}
