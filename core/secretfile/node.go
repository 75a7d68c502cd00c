package secretfile

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

	// broken says that something in it has been reported, so that it has no value.
	broken bool
	// region is all that may belong to the node, comments behind it included: what
	// has to be masked when the node is secret.
	region diag.Range
}

// Entry is one key of a map.
type Entry struct {
	Key      string
	KeyRange diag.Range
	Value    *Node
}

// Part is a piece of a text: a literal, or an expression when Expr is set.
type Part struct {
	Literal string
	Expr    Expr
	Range   diag.Range
}

// Get finds the value of a key; nil when there is none.
func (n *Node) Get(key string) *Node {
	if e := n.entry(key); e != nil {
		return e.Value
	}
	return nil
}

func (n *Node) entry(key string) *Entry {
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

// isNull reports an absent node or one that says null.
func (n *Node) isNull() bool { return n == nil || n.Kind == schema.Null }

// reference reports a scalar that is one expression without text of its own: it
// names where a value comes from and is none.
func (n *Node) reference() bool {
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
