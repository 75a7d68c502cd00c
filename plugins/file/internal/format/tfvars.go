package format

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

var tfvarsKey = regex.Of(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// tfvars is a file of variables for Terraform: HCL with attributes only. A change is
// made in the text, so that what is not ours keeps its bytes. Terraform brings texts
// into Unicode normal form C, so a value that is in none does not come back, which
// Verify finds. How values are written is in tfvars_value.go.
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
