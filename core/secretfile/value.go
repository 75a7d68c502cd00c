package secretfile

import (
	"fmt"
	"io"
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// Value is a resolved piece of configuration that remembers where it was written.
// The zero Value is null. Values are immutable, and print their kind only.
type Value struct {
	value  schema.Value // of a scalar
	kind   schema.Kind
	at     diag.Range
	text   string // how a number is written
	items  []Value
	fields []ValueField
	env    []string // the environment variables whose text is in a scalar
	argv   []string // the variables of the command line whose text is in it
	loose  bool     // text from outside, which has no type of its own
	pieces []Piece  // of a value that is built out of other secrets
	size   int      // of the text and pieces in it
}

// ValueField is one key of a map.
type ValueField struct {
	Name     string
	KeyRange diag.Range
	Value    Value
}

// Kind is the value's kind.
func (v Value) Kind() schema.Kind { return v.kind }

// IsNull reports an absent value.
func (v Value) IsNull() bool { return v.kind == schema.Null }

// Range is where the value was written.
func (v Value) Range() diag.Range { return v.at }

// Items are the members of a list.
func (v Value) Items() []Value { return v.items }

// Fields are the members of a map in source order.
func (v Value) Fields() []ValueField { return v.fields }

// Get finds a member of a map; a missing one is null.
func (v Value) Get(name string) Value {
	for _, f := range v.fields {
		if f.Name == name {
			return f.Value
		}
	}
	return Value{}
}

// EnvNames are the environment variables whose text is in the value or in
// anything below it, each once.
func (v Value) EnvNames() []string {
	var names []string
	v.walk(func(scalar Value) {
		for _, name := range scalar.env {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	return names
}

// walk visits the scalars of a value in source order.
func (v Value) walk(visit func(Value)) {
	for _, item := range v.items {
		item.walk(visit)
	}
	for _, f := range v.fields {
		f.Value.walk(visit)
	}
	if v.items == nil && v.fields == nil {
		visit(v)
	}
}

// Schema is the value without positions. Environment text in it is sealed.
func (v Value) Schema() schema.Value {
	switch v.kind {
	case schema.List:
		items := make([]schema.Value, len(v.items))
		for i, item := range v.items {
			items[i] = item.Schema()
		}
		return schema.NewList(items)
	case schema.Map:
		fields := make([]schema.Field, len(v.fields))
		for i, f := range v.fields {
			fields[i] = schema.Field{Name: f.Name, Value: f.Value.Schema()}
		}
		return schema.NewMap(fields)
	case schema.Unknown:
		return schema.NewUnknown()
	default:
		return v.value
	}
}

// RangeOf is where a part was written: its key or its value, or what is nearest
// above it.
func (v Value) RangeOf(path schema.Path, onKey bool) diag.Range {
	best, current := v.at, v
	for i, step := range path {
		next, key, ok := current.step(step)
		if !ok {
			return best
		}
		best = next.at
		if i == len(path)-1 && onKey && !key.IsZero() {
			return key
		}
		current = next
	}
	return best
}

func (v Value) step(s schema.Step) (next Value, key diag.Range, ok bool) {
	if s.Key == "" {
		if s.Index >= 0 && s.Index < len(v.items) {
			return v.items[s.Index], diag.Range{}, true
		}
		return Value{}, diag.Range{}, false
	}
	for _, f := range v.fields {
		if f.Name == s.Key {
			return f.Value, f.KeyRange, true
		}
	}
	return Value{}, diag.Range{}, false
}

// with is v with one more field in front.
func (v Value) with(f ValueField) Value {
	v.kind = schema.Map
	v.fields = append([]ValueField{f}, v.fields...)
	v.size += f.Value.size
	return v
}

// plain is the text of a string or a number as it is written. It lifts the seal
// of environment text: the caller answers for where it goes.
func (v Value) plain() string {
	if v.kind == schema.Number && v.text != "" {
		return v.text
	}
	if v.kind == schema.Bool {
		return v.value.String()
	}
	return v.value.Expose()
}

// String is the value's kind: what it holds may be secret.
func (v Value) String() string { return v.kind.String() }

// GoString is the value's kind.
func (v Value) GoString() string { return v.String() }

// Format writes the value's kind for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.String()) }
