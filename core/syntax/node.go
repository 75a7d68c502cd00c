package syntax

import (
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// Node is a piece of a file as it is written, in no particular syntax.
type Node struct {
	Kind  schema.Kind // Null, Bool, String, Number, List or Map
	Range diag.Range
	// Text is the source text of a scalar. Parts are set beside it for text with
	// interpolations.
	Text    string
	Parts   []Part
	Items   []*Node
	Entries []Entry
	notes   *notes // of an item of a list, or behind the last entry of a file

	// Broken says that something in it has been reported, so that it has no value.
	Broken    bool
	regionEnd diag.Pos
}

// Entry is one key of a map.
type Entry struct {
	Key      string
	KeyRange diag.Range
	Value    *Node
	// mayHide says that text between the key and the value may be part of it.
	mayHide bool
	notes   *notes
}

// Part is a piece of a text: a literal, or an expression when Expr is set.
type Part struct {
	Literal string
	Expr    Expr
	Range   diag.Range
}

// Get finds the value of a key; nil when there is none.
func (n *Node) Get(key string) *Node {
	if e := n.Entry(key); e != nil {
		return e.Value
	}
	return nil
}

// Entry finds the entry of a key; nil when there is none.
func (n *Node) Entry(key string) *Entry {
	if n == nil {
		return nil
	}
	for i := range n.Entries {
		if n.Entries[i].Key == key {
			return &n.Entries[i]
		}
	}
	return nil
}

// IsNull reports an absent node or one that says null.
func (n *Node) IsNull() bool { return n == nil || n.Kind == schema.Null }

// Reference reports a scalar that is one expression without text of its own: it
// names where a value comes from and is none.
func (n *Node) Reference() bool {
	if n == nil || len(n.Parts) != 1 {
		return false
	}
	switch x := n.Parts[0].Expr.(type) {
	case VarRef, SecretRef:
		return true
	case EnvRef:
		return x.Default == nil
	}
	return false
}

// Region is all that may belong to the node, comments behind it included: what has
// to be masked when the node is secret.
func (n *Node) Region() diag.Range {
	return diag.Range{File: n.Range.File, Start: n.Range.Start, End: n.regionEnd}
}

// Between is what stands between the key and the value and may be text that the
// parser took for something else, such as an anchor of YAML.
func (e Entry) Between() diag.Range {
	gap := diag.Range{File: e.KeyRange.File, Start: e.KeyRange.End, End: e.Value.Range.Start}
	gap.Start.Column, gap.Start.Offset = gap.Start.Column+1, gap.Start.Offset+1 // the colon
	if !e.mayHide || gap.Start.Offset >= gap.End.Offset {
		return diag.Range{} // nothing, or an alias, whose value stands elsewhere
	}
	return gap
}

// notes are the comments of an entry or item, without their marks: those on lines
// of their own before it, and the one behind it.
type notes struct {
	lines  []string
	behind string
}

func (n *notes) head() []string {
	if n == nil {
		return nil
	}
	return n.lines
}

func (n *notes) tail() string {
	if n == nil {
		return ""
	}
	return n.behind
}

// noted is nil for no comments.
func noted(lines []string, behind string) *notes {
	if len(lines) == 0 && behind == "" {
		return nil
	}
	return &notes{lines, behind}
}
