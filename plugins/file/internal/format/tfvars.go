package format

import (
	"bytes"
	"errors"
	"maps"
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

// tfvars is a file of variables for Terraform: HCL with attributes only. A change is
// made in the text, so that what is not ours keeps its bytes. Terraform brings texts
// into Unicode normal form C, so a value that is in none does not come back, which
// Verify finds.
type tfvars struct {
	mark string // of the byte order, as some editors write it
	text []byte
}

// maxTfvarsSigns bounds what a parser that calls itself would follow.
const maxTfvarsSigns = 100_000

func parseTfvars(text []byte) (Document, error) {
	d := &tfvars{text: bytes.Clone(text)}
	if rest, marked := bytes.CutPrefix(text, []byte(byteOrderMark)); marked {
		d.mark, d.text = byteOrderMark, bytes.Clone(rest)
	}
	for _, sign := range []string{"[", "(", "{", "-", "!", "?"} {
		if bytes.Count(text, []byte(sign)) > maxTfvarsSigns {
			return nil, errors.New("it holds too much")
		}
	}
	body, err := d.parse()
	if err != nil {
		return nil, err
	}
	if len(body.Blocks) > 0 {
		return nil, errors.New("it holds blocks, which a file of Terraform variables does not")
	}
	return d, nil
}

func (d *tfvars) parse() (*hclsyntax.Body, error) {
	file, problems := hclsyntax.ParseConfig(d.text, "", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, errors.New("it is not a file of Terraform variables")
	}
	return file.Body.(*hclsyntax.Body), nil
}

// attributes are those of the file as it is now, in order.
func (d *tfvars) attributes() []*hclsyntax.Attribute {
	body, err := d.parse()
	if err != nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(body.Attributes), func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
}

func (d *tfvars) attribute(key string) *hclsyntax.Attribute {
	for _, a := range d.attributes() {
		if a.Name == key {
			return a
		}
	}
	return nil
}

func (d *tfvars) Get(key string) (secret.Payload, bool) {
	a := d.attribute(key)
	if a == nil {
		return secret.Payload{}, false
	}
	return tfvarsValue(a.Expr, d.text), true
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
	text := []byte(tfvarsText(p, ""))
	if a := d.attribute(key); a != nil {
		at := a.Expr.Range()
		if bytes.HasSuffix(at.SliceBytes(d.text), []byte("\n")) {
			text = append(text, '\n') // the end of a text of several lines is the end of its last one
		}
		d.splice(at.Start.Byte, at.End.Byte, text)
		return nil
	}
	end := lineEnd(string(d.text))
	if len(d.text) > 0 && !bytes.HasSuffix(d.text, []byte("\n")) {
		d.text = append(d.text, end...)
	}
	d.splice(len(d.text), len(d.text), slices.Concat([]byte(key+" = "), text, []byte(end)))
	return nil
}

func (d *tfvars) splice(from, to int, text []byte) {
	d.text = slices.Concat(d.text[:from], text, d.text[to:])
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

// Delete removes the lines of an attribute.
func (d *tfvars) Delete(key string) {
	a := d.attribute(key)
	if a == nil {
		return
	}
	from := bytes.LastIndexByte(d.text[:a.SrcRange.Start.Byte], '\n') + 1
	to := a.SrcRange.End.Byte
	if to > 0 && d.text[to-1] != '\n' {
		if rest := bytes.IndexByte(d.text[to:], '\n'); rest >= 0 {
			to += rest + 1
		} else {
			to = len(d.text)
		}
	}
	d.splice(from, to, nil)
}

func (d *tfvars) Keys() []string {
	var keys []string
	for _, a := range d.attributes() {
		keys = append(keys, a.Name)
	}
	return keys
}

func (d *tfvars) Empty() bool { return len(bytes.TrimSpace(d.text)) == 0 }

func (d *tfvars) Bytes() ([]byte, error) { return append([]byte(d.mark), d.text...), nil }
