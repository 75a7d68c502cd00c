package secretfile

import (
	"fmt"
	"path/filepath"
	"unicode/utf8"

	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// templateKey is the setting of a composed value whose text stands in a file of its
// own.
const templateKey = "template"

// templateFile is the text of a template: a value of pieces, like one that stands in
// the Secretfile. In it nothing is replaced but secrets. Problems in the file stand at
// their places there, and quote nothing of it.
func (d *decoder) templateFile(n *syntax.Node, of string) Value {
	path := d.eval.value(n)
	if path.kind == schema.Unknown {
		return unknown(n.Range)
	}
	report := func(code, summary, hint string) Value {
		d.report(n.Range, code, summary, hint)
		return unknown(n.Range)
	}
	switch {
	case path.kind != schema.String:
		return report("wrong-type", fmt.Sprintf("template of %s must be a text, not %s", of, path.kind), "")
	case len(path.env) > 0:
		return report("env-in-path", fmt.Sprintf("template of %s is the name of a file, and cannot come from the environment", of), "write it out, or use a variable")
	case d.options.Files == nil:
		return report("unreadable-file", "files cannot be read here", "")
	}
	text, err := d.options.Files.Template(path.plain())
	if err != nil {
		return report("unreadable-file", fmt.Sprintf("template of %s: %v", of, err), "write it beside or below the Secretfile")
	}
	if !utf8.Valid(text) || len(text) > maxText {
		return report("unreadable-file", fmt.Sprintf("template of %s is no text, or larger than 1 MiB", of), "")
	}
	parts, found := syntax.Template(filepath.Join(d.file.Dir, path.plain()), string(text))
	d.found = append(d.found, found...)
	out := unknown(n.Range)
	if d.eval.total += len(text); d.eval.total > maxTotal {
		return d.eval.tooLarge(n.Range)
	}
	for _, p := range parts {
		out.pieces = append(out.pieces, pieceOf(p))
	}
	if len(parts) == 0 && !found.HasErrors() {
		return report("unreadable-file", fmt.Sprintf("template of %s is empty", of), "")
	}
	return out
}

func pieceOf(p syntax.Part) Piece {
	switch x := p.Expr.(type) {
	case syntax.SecretRef:
		return Piece{Ref: &Reference{x.Name, x.Field, x.Encoder, p.Range}}
	case syntax.Literal:
		return Piece{Text: secret.FromString(x.Text), Written: true}
	}
	return Piece{Text: secret.FromString(p.Literal), Written: true}
}
