package format

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/secretzero/sz/sdk/secret"
)

var tfvarsKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// tfvars is a file of variables for Terraform: HCL with attributes only. Terraform
// brings texts into Unicode normal form C, so a value that is in none does not come
// back, which Verify finds.
type tfvars struct{ file *hclwrite.File }

// maxTfvarsSigns bounds what a parser that calls itself would follow.
const maxTfvarsSigns = 100_000

func parseTfvars(text []byte) (Document, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for _, sign := range []string{"[", "(", "{", "-", "!", "?"} {
		if bytes.Count(text, []byte(sign)) > maxTfvarsSigns {
			return nil, errors.New("it holds too much")
		}
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n') // what is added must not join the last line
	}
	file, problems := hclwrite.ParseConfig(text, "", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, errors.New("it is not a file of Terraform variables")
	}
	if len(file.Body().Blocks()) > 0 {
		return nil, errors.New("it holds blocks, which a file of Terraform variables does not")
	}
	return &tfvars{file}, nil
}

// attributes are those of the file as it is now, in order.
func (d *tfvars) attributes() ([]*hclsyntax.Attribute, []byte) {
	text := d.file.Bytes()
	parsed, problems := hclsyntax.ParseConfig(text, "", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, text
	}
	var list []*hclsyntax.Attribute
	for _, a := range parsed.Body.(*hclsyntax.Body).Attributes {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return list, text
}

func (d *tfvars) Get(key string) (secret.Payload, bool) {
	list, text := d.attributes()
	for _, a := range list {
		if a.Name == key {
			return tfvarsValue(a.Expr, text), true
		}
	}
	return secret.Payload{}, false
}

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

func (d *tfvars) Set(key string, p secret.Payload) error {
	d.file.Body().SetAttributeRaw(key, hclwrite.Tokens{{Type: hclsyntax.TokenIdent, Bytes: []byte(tfvarsText(p, ""))}})
	return nil
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

func (d *tfvars) Delete(key string) { d.file.Body().RemoveAttribute(key) }

func (d *tfvars) Keys() []string {
	var keys []string
	list, _ := d.attributes()
	for _, a := range list {
		keys = append(keys, a.Name)
	}
	return keys
}

func (d *tfvars) Empty() bool { return len(bytes.TrimSpace(d.file.Bytes())) == 0 }

func (d *tfvars) Bytes() ([]byte, error) { return d.file.Bytes(), nil }
