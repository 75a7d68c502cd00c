package secretfile

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Bounds of what interpolation may make.
const (
	maxText  = 1 << 20  // bytes of one text
	maxTotal = 64 << 20 // bytes and pieces of all that was read by expressions
	maxChain = 100      // variables that refer to the next
)

// evaluator replaces interpolations. Text that came out of one is never looked at
// again for more. What could not be resolved has been reported and is unknown, so
// that nobody complains of it twice.
type evaluator struct {
	variables   *syntax.Node
	vars        map[string]string // of the command line
	env         func(string) (string, bool)
	unset       bool // an unset environment variable is unknown, not an error
	language    syntax.Language
	buildsValue bool // what is evaluated becomes a value, so secrets may be read
	arguments   argumentMode
	resolved    map[string]Value
	used        map[string]bool
	stack       []string
	total       int
	found       diag.List
}

func newEvaluator(options Options, language syntax.Language) *evaluator {
	e := &evaluator{language: language, vars: options.Vars, env: options.Env, unset: options.UnsetEnvIsUnknown, resolved: map[string]Value{}, used: map[string]bool{}}
	if e.env == nil {
		e.env = func(string) (string, bool) { return "", false }
	}
	return e
}

func (e *evaluator) report(at diag.Range, code, summary, hint string) Value {
	e.found = append(e.found, diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: at})
	return unknown(at)
}

func unknown(at diag.Range) Value { return Value{kind: schema.Unknown, at: at, size: 1} }

func textValue(text string, at diag.Range) Value {
	return Value{kind: schema.String, value: schema.NewString(text), at: at, size: 1 + len(text)}
}

// value resolves a node with all below it.
func (e *evaluator) value(n *syntax.Node) Value {
	if n == nil {
		return Value{}
	}
	out := Value{kind: n.Kind, at: n.Range, size: 1 + len(n.Text)}
	switch {
	case n.Broken:
		e.parts(n) // for what else is wrong in it
		return unknown(n.Range)
	case refersToSecrets(n):
		return e.composed(n)
	case n.Kind == schema.List:
		for _, item := range n.Items {
			v := e.value(item)
			out.items, out.size = append(out.items, v), out.size+v.size
		}
	case n.Kind == schema.Map:
		for _, entry := range n.Entries {
			v := e.value(entry.Value)
			out.fields, out.size = append(out.fields, ValueField{entry.Key, entry.KeyRange, v}), out.size+v.size+len(entry.Key)
		}
	case len(n.Parts) == 1 && n.Parts[0].Expr != nil:
		return e.whole(n)
	case len(n.Parts) > 0:
		return e.text(n)
	case n.Kind == schema.Bool:
		out.value = schema.NewBool(n.Text == "true")
	case n.Kind == schema.Number:
		out.value, out.text = schema.NewNumber(syntax.Decimal(n.Text)), n.Text
	case n.Kind == schema.String:
		out.value = schema.NewString(n.Text)
	}
	return out
}

// whole resolves a scalar that is one expression: it keeps the type of what it
// reads.
func (e *evaluator) whole(n *syntax.Node) Value {
	v := e.expression(n.Parts[0].Expr, n.Parts[0].Range)
	v.at = n.Range
	if e.total += v.size; e.total > maxTotal {
		return e.tooLarge(n.Range)
	}
	return v
}

// text resolves a scalar with text around its expressions.
func (e *evaluator) text(n *syntax.Node) Value {
	text, from, known := e.parts(n)
	if !known {
		from.kind, from.at, from.size = schema.Unknown, n.Range, 1
		return from
	}
	v := e.bounded(text, n.Range, from.env)
	v.argv = from.argv
	return v
}

// parts puts a text together. known is false when a part of it has no value.
func (e *evaluator) parts(n *syntax.Node) (text string, from Value, known bool) {
	var b strings.Builder
	known = true
	for _, p := range n.Parts {
		if p.Expr == nil {
			b.WriteString(p.Literal)
			continue
		}
		v := e.expression(p.Expr, p.Range)
		from.env, from.argv = append(from.env, v.env...), append(from.argv, v.argv...)
		switch v.kind {
		case schema.Unknown:
			known = false
		case schema.List, schema.Map, schema.Null:
			e.notText(v, p.Range)
			known = false
		default:
			b.WriteString(v.plain())
		}
		if b.Len() > maxText {
			break
		}
	}
	return b.String(), from, known
}

func (e *evaluator) notText(v Value, at diag.Range) {
	e.report(at, "not-text", fmt.Sprintf("%s cannot stand inside a text", v.kind), "use it as the whole value, or another variable")
}

// bounded makes a text; environment text in it seals all of it.
func (e *evaluator) bounded(text string, at diag.Range, env []string) Value {
	e.total += len(text)
	if len(text) > maxText || e.total > maxTotal {
		return e.tooLarge(at)
	}
	v := textValue(text, at)
	if len(env) > 0 {
		v.value, v.env = schema.NewSealed(secret.FromString(text)), env
	}
	return v
}

func (e *evaluator) tooLarge(at diag.Range) Value {
	return e.report(at, "text-too-large", "the text is too large once its interpolations are replaced", "")
}
