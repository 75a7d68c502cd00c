package secretfile

import (
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Piece is a part of a value that is built out of others: text, or what another
// secret holds.
type Piece struct {
	Text secret.Value
	Ref  *Reference // nil for text
	// Written means that the text stands in the files of the project, and does not
	// come from the environment or the command line.
	Written bool
}

// Reference is the use of a secret by another.
type Reference struct {
	Secret  string
	Field   string // empty: all of it
	Encoder string // url, json, base64, or empty
	Range   diag.Range
}

// Pieces are what the value is built of; none for a value that is built of no
// other secret.
func (v Value) Pieces() []Piece { return v.pieces }

// refersToSecrets reports whether an expression in a scalar reads a secret.
func refersToSecrets(n *syntax.Node) bool {
	for _, p := range n.Parts {
		if _, ok := p.Expr.(syntax.SecretRef); ok {
			return true
		}
	}
	return false
}

// composed takes a scalar apart that reads secrets. Its value is not known until
// theirs are. Elsewhere than where a value is built that is not allowed: an address
// would tell what the secret is.
func (e *evaluator) composed(n *syntax.Node) Value {
	out := unknown(n.Range)
	for _, p := range n.Parts {
		switch x := p.Expr.(type) {
		case nil:
			out.pieces = append(out.pieces, Piece{Text: secret.FromString(p.Literal), Written: true})
		case syntax.SecretRef:
			if !e.buildsValue {
				e.report(p.Range, "secret-ref-here", "another secret can be read only where a value is built", "read it in value, below config, of a static or compose secret or of a template's field")
				continue
			}
			out.pieces = append(out.pieces, Piece{Ref: &Reference{x.Name, x.Field, x.Encoder, p.Range}})
		default:
			v := e.expression(x, p.Range)
			out.env = append(out.env, v.env...)
			out.argv = append(out.argv, v.argv...)
			if v.kind == schema.List || v.kind == schema.Map || v.kind == schema.Null {
				e.notText(v, p.Range)
				continue
			}
			if v.kind != schema.Unknown {
				out.pieces = append(out.pieces, Piece{Text: secret.FromString(v.plain()), Written: len(v.env) == 0 && !v.loose})
			}
		}
	}
	return out
}
