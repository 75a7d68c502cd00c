package syntax

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/secretzero/sz/sdk/schema"
)

// parse turns an expression of HCL into one of ours.
func (h *hclReader) parse(e hclsyntax.Expression) (Expr, error) {
	switch x := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return h.parse(x.Expression)
	case *hclsyntax.ScopeTraversalExpr:
		return reference(x.Traversal)
	case *hclsyntax.FunctionCallExpr:
		return h.call(x)
	case *hclsyntax.TemplateExpr:
		if text, ok := h.constant(x); ok {
			return Literal{text.Text}, nil
		}
	case *hclsyntax.TemplateJoinExpr:
		return nil, errTemplate
	case *hclsyntax.ConditionalExpr:
		if h.text.text[x.Range().Start.Byte:][0] == '%' {
			return nil, errTemplate
		}
	}
	return nil, errOperator
}

// reference is var.NAME… or secret.NAME….
func reference(t hcl.Traversal) (Expr, error) {
	root := t.RootName()
	if root != "var" && root != "secret" {
		return nil, errRoot
	}
	var path schema.Path
	for _, step := range t[1:] {
		switch x := step.(type) {
		case hcl.TraverseAttr:
			path = append(path, schema.Step{Key: x.Name})
		case hcl.TraverseIndex:
			s, ok := index(x.Key)
			if !ok {
				return nil, errPath
			}
			path = append(path, s)
		default:
			return nil, errPath
		}
	}
	if len(path) == 0 || path[0].Key == "" {
		return nil, errPath
	}
	if root == "var" {
		return VarRef{path}, nil
	}
	return parseSecret(path, "")
}

func index(key cty.Value) (schema.Step, bool) {
	if key.Type() == cty.String {
		text := key.AsString()
		return schema.Step{Key: text}, text != ""
	}
	n, accuracy := key.AsBigFloat().Int64()
	return schema.Step{Index: int(n)}, accuracy == 0 && 0 <= n && n < maxIndex
}

// call is a function of the language.
func (h *hclReader) call(x *hclsyntax.FunctionCallExpr) (Expr, error) {
	if x.ExpandFinal {
		return nil, errArguments
	}
	switch x.Name {
	case "env":
		return h.env(x.Args)
	case "try", "coalesce":
		return h.fallback(x.Args)
	case "url", "json", "base64":
		if len(x.Args) != 1 {
			return nil, errArguments
		}
		of, err := h.parse(x.Args[0])
		if err != nil {
			return nil, err
		}
		ref, ok := of.(SecretRef)
		if !ok || ref.Encoder != "" {
			return nil, errArguments
		}
		ref.Encoder = x.Name
		return ref, nil
	}
	return nil, errFunction
}

func (h *hclReader) env(args []hclsyntax.Expression) (Expr, error) {
	var texts []string
	for _, a := range args {
		n, ok := h.constant(a)
		if !ok || n.Kind != schema.String {
			return nil, errArguments
		}
		texts = append(texts, n.Text)
	}
	if len(texts) == 0 || len(texts) > 2 {
		return nil, errArguments
	}
	if !envName.MatchString(texts[0]) {
		return nil, errEnvName
	}
	ref := EnvRef{Name: texts[0]}
	if len(texts) == 2 {
		ref.Default = &texts[1]
	}
	return ref, nil
}

func (h *hclReader) fallback(args []hclsyntax.Expression) (Expr, error) {
	if len(args) != 2 {
		return nil, errArguments
	}
	of, err := h.parse(args[0])
	if err != nil {
		return nil, err
	}
	switch of.(type) {
	case VarRef:
	case SecretRef:
		return nil, errSecretDefault
	default:
		return nil, errArguments
	}
	n, ok := h.constant(args[1])
	if !ok {
		return nil, errArguments
	}
	return Default{of, n.Text, n.Kind}, nil
}

// constant is a scalar without expressions in it.
func (h *hclReader) constant(e hclsyntax.Expression) (*Node, bool) {
	switch e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.LiteralValueExpr, *hclsyntax.UnaryOpExpr:
	default:
		return nil, false
	}
	found := len(h.found)
	n := h.expression(e)
	h.found = h.found[:found] // the whole expression is reported
	return n, len(n.Parts) == 0 && !n.Broken && n.Kind != schema.Null
}
