package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// tomlPath is the key of an expression, and where it stands in the text.
type tomlPath struct {
	names      []string
	start, end int
}

func tomlKey(e *unstable.Node) tomlPath {
	p := tomlPath{start: -1}
	for parts := e.Key(); parts.Next(); {
		part := parts.Node()
		if p.start < 0 {
			p.start = int(part.Raw.Offset)
		}
		p.end = int(part.Raw.Offset + part.Raw.Length)
		p.names = append(p.names, string(part.Data))
	}
	return p
}

// tomlPayload is what a value says. A date, and a number as only TOML writes it, is its
// own text.
func tomlPayload(n *unstable.Node) secret.Payload {
	switch n.Kind {
	case unstable.Array:
		items := []secret.Payload{}
		for parts := n.Children(); parts.Next(); {
			items = append(items, tomlPayload(parts.Node()))
		}
		return secret.NewList(items)
	case unstable.InlineTable:
		fields := []secret.Field{}
		for parts := n.Children(); parts.Next(); {
			name := strings.Join(tomlKey(parts.Node()).names, ".")
			fields = append(fields, secret.Field{Name: name, Value: tomlPayload(parts.Node().Value())})
		}
		return secret.NewObject(fields)
	}
	value := secret.FromString(string(n.Data))
	switch {
	case n.Kind == unstable.Bool:
		return secret.Scalar(secret.Bool, value)
	case (n.Kind == unstable.Integer || n.Kind == unstable.Float) && json.Valid(n.Data):
		return secret.Scalar(secret.Number, value)
	}
	return secret.NewText(value)
}

var tomlBareKey = regex.Of(`^[A-Za-z0-9_-]+$`)

func tomlName(key string) string {
	if tomlBareKey.MatchString(key) {
		return key
	}
	return tomlQuote(key)
}

// tomlText writes a value on one line.
func tomlText(p secret.Payload) (string, error) {
	var parts []string
	switch p.Type() {
	case secret.Object:
		for _, f := range p.Fields() {
			value, err := tomlText(f.Value)
			if err != nil {
				return "", fmt.Errorf("field %s: %w", f.Name, err)
			}
			parts = append(parts, tomlName(f.Name)+" = "+value)
		}
		if len(parts) == 0 {
			return "{}", nil
		}
		return "{ " + strings.Join(parts, ", ") + " }", nil
	case secret.List:
		for _, item := range p.Items() {
			value, err := tomlText(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, value)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case secret.Number, secret.Bool:
		return string(p.Scalar().Expose()), nil
	case secret.Null:
		return "", errors.New("TOML knows no null")
	}
	return tomlQuote(string(p.Scalar().Expose())), nil
}

// tomlQuote is a basic string: control characters are escaped, all else stands as it
// is.
func tomlQuote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
