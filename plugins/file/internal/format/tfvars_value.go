package format

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/secretzero/sz/sdk/secret"
)

// tfvarsValue is what an expression says. One that is no constant is its own text:
// it is not ours.
func tfvarsValue(e hclsyntax.Expression, text []byte) secret.Payload {
	source := string(e.Range().SliceBytes(text))
	switch x := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		switch {
		case x.Val.IsNull():
			return secret.Scalar(secret.Null, secret.Value{})
		case x.Val.Type() == cty.Number:
			return secret.Scalar(secret.Number, secret.FromString(source))
		case x.Val.Type() == cty.Bool:
			return secret.Scalar(secret.Bool, secret.FromString(source))
		}
	case *hclsyntax.UnaryOpExpr:
		if x.Op == hclsyntax.OpNegate {
			return secret.Scalar(secret.Number, secret.FromString(source))
		}
	case *hclsyntax.TemplateExpr:
		if v, problems := x.Value(nil); !problems.HasErrors() && v.Type() == cty.String {
			return secret.NewText(secret.FromString(v.AsString()))
		}
	case *hclsyntax.ObjectConsExpr:
		var fields []secret.Field
		for _, item := range x.Items {
			key, problems := item.KeyExpr.Value(nil)
			if problems.HasErrors() || key.Type() != cty.String {
				break
			}
			fields = append(fields, secret.Field{Name: key.AsString(), Value: tfvarsValue(item.ValueExpr, text)})
		}
		return secret.NewObject(fields)
	case *hclsyntax.TupleConsExpr:
		var items []secret.Payload
		for _, item := range x.Exprs {
			items = append(items, tfvarsValue(item, text))
		}
		return secret.NewList(items)
	}
	return secret.NewText(secret.FromString(source))
}

// tfvarsText writes a value as Terraform reads it.
func tfvarsText(p secret.Payload, indent string) string {
	inner := indent + "  "
	switch p.Type() {
	case secret.Object:
		var b strings.Builder
		b.WriteString("{\n")
		for _, f := range p.Fields() {
			name := f.Name
			if !tfvarsKey.MatchString(name) {
				name = tfvarsQuote(name)
			}
			b.WriteString(inner + name + " = " + tfvarsText(f.Value, inner) + "\n")
		}
		return b.String() + indent + "}"
	case secret.List:
		var items []string
		for _, item := range p.Items() {
			items = append(items, tfvarsText(item, inner))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case secret.Number, secret.Bool:
		return string(p.Scalar().Expose())
	case secret.Null:
		return "null"
	}
	return tfvarsQuote(string(p.Scalar().Expose()))
}

// tfvarsQuote is a text between quotes, with nothing in it that Terraform would
// take for an expression.
func tfvarsQuote(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}
