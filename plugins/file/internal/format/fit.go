package format

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/secretzero/sz/sdk/secret"
)

// Fit is p as a format can hold it, so that exactly this comes back: a dotenv file
// has texts only, and none of them has bytes that are not text.
func Fit(format string, p secret.Payload) (secret.Payload, error) {
	if format == Text {
		if p.Type() == secret.Object || p.Type() == secret.List {
			return secret.Payload{}, errors.New("a text file holds one value, and this has several")
		}
		return secret.NewText(p.Scalar()), nil
	}
	switch p.Type() {
	case secret.Object, secret.List:
		fitted, err := fitParts(format, p)
		if err != nil || format != Dotenv {
			return fitted, err
		}
		flat, err := fitted.Flat()
		return secret.NewText(flat), err
	case secret.Text, secret.Binary:
		text := p.Scalar().Expose()
		if !utf8.Valid(text) || format == Dotenv && slices.Contains(text, 0) {
			return secret.Payload{}, errors.New("the value is not text; encode it, as with base64")
		}
		if format == Tfvars && !norm.NFC.IsNormal(text) {
			return secret.Payload{}, errors.New("the value is not in Unicode normal form C, in which Terraform reads texts; encode it, as with base64")
		}
		return secret.NewText(p.Scalar()), nil
	case secret.Null:
		if format == TOML {
			return secret.Payload{}, errors.New("the value is null, which TOML does not know")
		}
		p = secret.Scalar(secret.Null, secret.Value{})
	}
	if format == Dotenv {
		return secret.NewText(p.Scalar()), nil
	}
	return p, nil
}

func fitParts(format string, p secret.Payload) (secret.Payload, error) {
	inner := format
	if format == Dotenv {
		inner = JSON // as which the whole is written into one line
	}
	var fields []secret.Field
	for _, f := range p.Fields() {
		value, err := Fit(inner, f.Value)
		if err != nil {
			return secret.Payload{}, fmt.Errorf("field %s: %w", f.Name, err)
		}
		fields = append(fields, secret.Field{Name: f.Name, Value: value})
	}
	var items []secret.Payload
	for _, item := range p.Items() {
		value, err := Fit(inner, item)
		if err != nil {
			return secret.Payload{}, err
		}
		items = append(items, value)
	}
	if p.Type() == secret.List {
		return secret.NewList(items), nil
	}
	return secret.NewObject(fields), nil
}

// Verify makes sure of a file before it takes the place of another: it can be read,
// its keys in values hold exactly these, and every other key holds what it held.
func Verify(format string, before, after []byte, values []secret.Field) error {
	old, err := Parse(format, before)
	if err != nil {
		return err
	}
	now, err := Parse(format, after)
	if err != nil {
		return errors.New("the file could not be read afterwards")
	}
	ours := map[string]bool{}
	for _, v := range values {
		ours[v.Name] = true
		if there, ok := now.Get(v.Name); !ok || !there.Equal(v.Value) {
			return fmt.Errorf("the value would not come back from key %s as it is", v.Name)
		}
	}
	for _, key := range old.Keys() {
		if ours[key] {
			continue
		}
		was, _ := old.Get(key)
		if is, ok := now.Get(key); !ok || !is.Equal(was) {
			return fmt.Errorf("the value of key %s would change with it", key)
		}
	}
	return nil
}
