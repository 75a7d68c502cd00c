// Package schema describes configuration: its values ([Value]), what is allowed
// in them ([Object], [Attribute]) and whether some value obeys ([Object.Check]).
//
// A plugin sends its schemas when it describes itself; the host checks a
// Secretfile against them without starting the plugin. Both ends use this
// package, so they cannot disagree.
//
// Next: sdk/wire, which carries schemas and values.
package schema

import (
	"github.com/secretzero/sz/sdk/secret"
)

// Kind is the shape of a [Value] or of the type of an [Attribute].
type Kind int

// The kinds. Any stands only in types, Unknown only in values: a value that is
// not known yet, such as an environment variable that `validate` may do without.
const (
	Null Kind = iota
	Bool
	String
	Bytes
	Number
	List
	Map // any object: names are free in a type of this kind
	Unknown
	Any
)

var kindNames = [...]string{"null", "a boolean", "a string", "bytes", "a number", "a list", "a map", "unknown", "any value"}

// String names the kind as it is called in a message to a person.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "an invalid kind"
	}
	return kindNames[k]
}

// Value is one configuration value. The zero Value is null. Text that came from
// the environment or is marked sensitive is sealed: it cannot be printed.
// Values are immutable and safe for concurrent use.
type Value struct {
	kind   Kind
	truth  bool
	text   string // plain text, or a number in decimal
	sealed *secret.Value
	items  []Value
	fields []Field
}

// Field is one named member of a map. Order is the order of the source.
type Field struct {
	Name  string
	Value Value
}

// NewBool makes a boolean.
func NewBool(b bool) Value { return Value{kind: Bool, truth: b} }

// NewString makes a plain text.
func NewString(s string) Value { return Value{kind: String, text: s} }

// NewSealed makes a text that does not print itself.
func NewSealed(v secret.Value) Value { return Value{kind: String, sealed: &v} }

// NewSealedNumber makes a number that does not print itself.
func NewSealedNumber(v secret.Value) Value { return Value{kind: Number, sealed: &v} }

// NewBytes makes a sealed byte string.
func NewBytes(v secret.Value) Value { return Value{kind: Bytes, sealed: &v} }

// NewNumber makes a number of its decimal text, kept exactly.
func NewNumber(decimal string) Value { return Value{kind: Number, text: decimal} }

// NewList makes a list.
func NewList(items []Value) Value { return Value{kind: List, items: items} }

// NewMap makes a map with ordered fields.
func NewMap(fields []Field) Value { return Value{kind: Map, fields: fields} }

// NewUnknown makes a value that is not known yet.
func NewUnknown() Value { return Value{kind: Unknown} }

// Kind is the value's kind.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports an absent or null value.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool is a boolean's truth.
func (v Value) Bool() bool { return v.truth }

// Sealed reports whether the text must not be shown.
func (v Value) Sealed() bool { return v.sealed != nil }

// Secret is the text of a string or number, sealed or not, as a secret value.
func (v Value) Secret() secret.Value {
	if v.sealed != nil {
		return *v.sealed
	}
	return secret.FromString(v.text)
}

// Expose is the text of a string or the decimal of a number. For a sealed value
// it lifts the seal: the caller answers for where the text goes.
func (v Value) Expose() string {
	if v.sealed != nil {
		return string(v.sealed.Expose())
	}
	return v.text
}

// String is the text as it may be shown to a person.
func (v Value) String() string {
	if v.sealed != nil {
		return secret.Mask
	}
	switch v.kind {
	case Bool:
		if v.truth {
			return "true"
		}
		return "false"
	case String, Number:
		return v.text
	default:
		return v.kind.String()
	}
}

// Items are the members of a list.
func (v Value) Items() []Value { return v.items }

// Fields are the members of a map in source order.
func (v Value) Fields() []Field { return v.fields }

// Get finds a member of a map; a missing one is null.
func (v Value) Get(name string) Value {
	for _, f := range v.fields {
		if f.Name == name {
			return f.Value
		}
	}
	return Value{}
}
