package syntax

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// What can be wrong with an expression of HCL, in words that quote nothing of it.
var (
	errOperator  = errors.New("the language has no operators, conditions, loops or indexes that are computed")
	errFunction  = errors.New("the language has no such function")
	errArguments = errors.New("the function takes other arguments")
	errTemplate  = errors.New("%{ is no part of the language")
	errStrip     = errors.New("~ in ${~ and ~} is no part of the language")
)

const hclForms = `expressions are var.NAME, secret.NAME, env("NAME"), env("NAME", "text"), try(var.NAME, "text") and url(secret.NAME); text stands between double quotes, with $${ for ${`

// expression turns an expression into a node. One that the language does not have
// is reported, and broken.
func (h *hclReader) expression(e hclsyntax.Expression) *Node {
	at := h.at(e.Range())
	n := &Node{Kind: schema.String, Range: at, regionEnd: at.End, Text: h.text.text[at.Start.Offset:at.End.Offset]}
	switch x := e.(type) {
	case *hclsyntax.TemplateExpr:
		h.template(n, x)
	case *hclsyntax.TemplateWrapExpr:
		h.whole(n, x.Wrapped, h.marked(x.Wrapped))
	case *hclsyntax.LiteralValueExpr:
		literal(n, x.Val)
	case *hclsyntax.ObjectConsExpr:
		h.object(n, x)
	case *hclsyntax.TupleConsExpr:
		n.Kind, n.Text = schema.List, ""
		for _, item := range x.Exprs {
			n.Items = append(n.Items, h.expression(item))
		}
	case *hclsyntax.ParenthesesExpr:
		return h.expression(x.Expression)
	case *hclsyntax.UnaryOpExpr:
		if number, ok := x.Val.(*hclsyntax.LiteralValueExpr); ok && x.Op == hclsyntax.OpNegate && number.Val.Type() == cty.Number {
			n.Kind = schema.Number
			n.Text = "-" + strings.TrimLeft(n.Text, "- \t")
			return n
		}
		h.whole(n, e, at)
	default:
		h.whole(n, e, at)
	}
	return n
}

func literal(n *Node, v cty.Value) {
	switch {
	case v.IsNull():
		n.Kind = schema.Null
	case v.Type() == cty.Bool:
		n.Kind = schema.Bool
	case v.Type() == cty.Number:
		n.Kind = schema.Number
	}
}

// whole is a node that is one expression.
func (h *hclReader) whole(n *Node, e hclsyntax.Expression, at diag.Range) {
	expr, err := h.parse(e)
	if err != nil {
		n.Broken = true
		h.report(at, "bad-expression", err.Error(), hclForms)
		return
	}
	n.Parts = []Part{{Expr: expr, Range: at}}
}

// marked is where an expression within a text stands, with ${ and } around it.
func (h *hclReader) marked(e hclsyntax.Expression) diag.Range {
	r := e.Range()
	from, to := r.Start.Byte, r.End.Byte
	before := strings.TrimRight(h.text.text[:from], " \t\r\n(")
	if strings.HasSuffix(before, "${") || strings.HasSuffix(before, "${~") {
		from = strings.LastIndex(before, "${")
	}
	behind := strings.TrimLeft(h.text.text[to:], " \t\r\n)~")
	if strings.HasPrefix(behind, "}") {
		to = len(h.text.text) - len(behind) + 1
	}
	return h.span(from, to)
}

// template is a text with or without expressions.
func (h *hclReader) template(n *Node, x *hclsyntax.TemplateExpr) {
	var parts []Part
	plain := true
	for _, p := range x.Parts {
		if text, ok := p.(*hclsyntax.LiteralValueExpr); ok && text.Val.Type() == cty.String && !text.Val.IsNull() {
			at := h.at(text.SrcRange)
			parts = append(parts, Part{Literal: h.exact(text, x, n), Range: at})
			continue
		}
		plain = false
		at := h.marked(p)
		expr, err := h.parse(p)
		if strings.HasPrefix(h.text.text[at.Start.Offset:], "${~") || strings.HasSuffix(h.text.text[:at.End.Offset], "~}") {
			err = errStrip
		}
		if err != nil {
			n.Broken = true
			h.report(at, "bad-expression", err.Error(), hclForms)
			continue
		}
		parts = append(parts, Part{Expr: expr, Range: at})
	}
	if !plain {
		n.Parts = joined(parts)
		return
	}
	var text strings.Builder
	for _, p := range parts {
		text.WriteString(p.Literal)
	}
	n.Text = text.String()
}

// joined makes one literal of those that follow each other, and drops empty ones.
func joined(parts []Part) []Part {
	var out []Part
	for _, p := range parts {
		switch last := len(out) - 1; {
		case p.Expr == nil && p.Literal == "":
		case p.Expr == nil && last >= 0 && out[last].Expr == nil:
			out[last].Literal += p.Literal
			out[last].Range.End = p.Range.End
		default:
			out = append(out, p)
		}
	}
	return out
}

func (h *hclReader) object(n *Node, x *hclsyntax.ObjectConsExpr) {
	n.Kind, n.Text = schema.Map, ""
	for _, item := range x.Items {
		key, at, ok := h.key(item.KeyExpr)
		value := h.expression(item.ValueExpr)
		if !ok {
			h.sources.Seal(value.Region())
			continue
		}
		value.regionEnd = h.region(value.Region()).End
		h.add(n, key, at, value)
	}
}

// key is the text of a key, which must be a word or a text without expressions.
func (h *hclReader) key(e hclsyntax.Expression) (string, diag.Range, bool) {
	at := h.at(e.Range())
	cons, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok {
		return "", at, false
	}
	if word := hcl.ExprAsKeyword(cons.Wrapped); word != "" && !cons.ForceNonLiteral {
		return word, at, true
	}
	if text, ok := cons.Wrapped.(*hclsyntax.TemplateExpr); ok && !cons.ForceNonLiteral {
		n := &Node{}
		if h.template(n, text); len(n.Parts) == 0 && !n.Broken {
			return n.Text, at, true
		}
	}
	h.report(at, "bad-key", "a key must be text", "put it between quotes")
	return "", at, false
}
