package secret

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"
)

// Type says how a scalar is written where types exist, as in JSON.
type Type int

// The types of a payload. Text, Binary, Number and Bool are scalars with bytes:
// UTF-8 text, any bytes, a JSON number, "true" or "false".
const (
	Text Type = iota
	Binary
	Number
	Bool
	Null
	Object
	List
)

var typeNames = [...]string{"text", "binary", "number", "bool", "null", "object", "list"}

// String names the type in lower case.
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return fmt.Sprintf("type(%d)", int(t))
	}
	return typeNames[t]
}

// Payload is the content of one secret: a scalar, ordered fields, or a list.
// The zero Payload is empty text. Like [Value] it never prints what it holds.
type Payload struct{ held *payload }

type payload struct {
	kind   Type
	scalar Value
	fields []Field
	items  []Payload
}

// Field is one named part of an object payload. Names are not secret.
type Field struct {
	Name  string
	Value Payload
}

// Scalar makes a payload of one value. It panics when t is Object or List:
// those are made by [NewObject] and [NewList].
func Scalar(t Type, v Value) Payload {
	if t == Object || t == List {
		panic("secret: Scalar of type " + t.String())
	}
	return Payload{&payload{kind: t, scalar: v}}
}

// NewText makes a text payload of v. Bytes that are no text, because they are not UTF-8,
// become a binary one: a store of plain bytes does not know what it holds.
func NewText(v Value) Payload {
	if !utf8.Valid(v.Expose()) {
		return Scalar(Binary, v)
	}
	return Scalar(Text, v)
}

// NewObject makes a payload of ordered fields. Names must be unique; the last
// of two equal names is what [Payload.Field] finds.
func NewObject(fields []Field) Payload { return Payload{&payload{kind: Object, fields: fields}} }

// NewList makes a payload of ordered items.
func NewList(items []Payload) Payload { return Payload{&payload{kind: List, items: items}} }

// Type is the payload's type.
func (p Payload) Type() Type {
	if p.held == nil {
		return Text
	}
	return p.held.kind
}

// Scalar is the value of a scalar payload, and empty for the others.
func (p Payload) Scalar() Value {
	if p.held == nil {
		return Value{}
	}
	return p.held.scalar
}

// Fields are the fields of an object in their order, and nil for the others.
func (p Payload) Fields() []Field {
	if p.held == nil {
		return nil
	}
	return p.held.fields
}

// Items are the items of a list, and nil for the others.
func (p Payload) Items() []Payload {
	if p.held == nil {
		return nil
	}
	return p.held.items
}

// Field finds a field of an object by name.
func (p Payload) Field(name string) (Payload, bool) {
	for i := len(p.Fields()) - 1; i >= 0; i-- {
		if f := p.Fields()[i]; f.Name == name {
			return f.Value, true
		}
	}
	return Payload{}, false
}

// Equal compares types, order and values.
func (p Payload) Equal(other Payload) bool {
	if p.Type() != other.Type() || len(p.Fields()) != len(other.Fields()) || len(p.Items()) != len(other.Items()) {
		return false
	}
	same := p.Scalar().Equal(other.Scalar())
	for i, f := range p.Fields() {
		o := other.Fields()[i]
		same = f.Name == o.Name && f.Value.Equal(o.Value) && same
	}
	for i, item := range p.Items() {
		same = item.Equal(other.Items()[i]) && same
	}
	return same
}

// Clone is a payload that holds copies of the values, for which the end of this one
// is not the end.
func (p Payload) Clone() Payload {
	switch p.Type() {
	case Object:
		fields := make([]Field, len(p.Fields()))
		for i, f := range p.Fields() {
			fields[i] = Field{Name: f.Name, Value: f.Value.Clone()}
		}
		return NewObject(fields)
	case List:
		items := make([]Payload, len(p.Items()))
		for i, item := range p.Items() {
			items[i] = item.Clone()
		}
		return NewList(items)
	}
	return Scalar(p.Type(), p.Scalar().Clone())
}

// Walk calls visit with every scalar value in p, depth first.
func (p Payload) Walk(visit func(Value)) {
	switch p.Type() {
	case Object:
		for _, f := range p.Fields() {
			f.Value.Walk(visit)
		}
	case List:
		for _, item := range p.Items() {
			item.Walk(visit)
		}
	default:
		visit(p.Scalar())
	}
}

// Destroy overwrites every value in p.
func (p Payload) Destroy() { p.Walk(Value.Destroy) }

// String returns [Mask].
func (p Payload) String() string { return Mask }

// GoString returns [Mask].
func (p Payload) GoString() string { return Mask }

// Format writes [Mask] for every verb.
func (p Payload) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// LogValue returns [Mask].
func (p Payload) LogValue() slog.Value { return slog.StringValue(Mask) }

// MarshalJSON returns [Mask] as a JSON string. [Payload.EncodeJSON] is the
// encoding for a store.
func (p Payload) MarshalJSON() ([]byte, error) { return []byte(`"` + Mask + `"`), nil }

// MarshalText returns [Mask].
func (p Payload) MarshalText() ([]byte, error) { return []byte(Mask), nil }
