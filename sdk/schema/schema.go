package schema

import "strings"

// Object is the schema of a map with known keys.
type Object struct {
	Attributes []Attribute
	Rules      []Rule
}

// Type is the type of an attribute: a kind, what a list or map holds, and the
// keys of a nested object.
type Type struct {
	Kind   Kind
	Elem   *Type   // of a List or Map; nil means anything
	Object *Object // of a Map with known keys
}

// Attribute is one key of a configuration and what is allowed in it.
type Attribute struct {
	Name        string
	Type        Type
	Description string // one sentence for a person, without Markdown
	Required    bool
	Sensitive   bool     // travels apart from the rest and is never shown
	Identity    bool     // part of where a secret is, not of how it is kept
	Default     Value    // used when the key is absent; null means none
	Enum        []string // the texts allowed; empty means any
	Pattern     string   // RE2, matched against the whole text; at most 1 KiB
	PatternHint string   // what the pattern wants, in words; of an Enum, what to write in place of other texts
	Min, Max    *float64 // of a number; of a text, its length in characters
	Deprecated  string   // why, and what to use; empty means it is not
}

// RuleKind is the kind of a [Rule].
type RuleKind int

// The kinds of rules between keys of one object.
const (
	ExactlyOneOf RuleKind = iota + 1
	AtMostOneOf
	AllOrNone
	OnlyWhen // Attributes may be set only when When has one of Equals
)

// Rule relates keys of one object. With When, a rule that is not an [OnlyWhen] holds
// only while the key When has one of Equals: an [ExactlyOneOf] of one attribute makes
// it required there.
type Rule struct {
	Kind       RuleKind
	Attributes []string
	When       string
	Equals     []string
	Message    string // what to tell a person; empty means a standard text
}

// Attribute finds a key by name.
func (o Object) Attribute(name string) (Attribute, bool) {
	for _, a := range o.Attributes {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// Has reports whether a path of keys, with dots between them, leads to something. A
// list on the way stands for each of its items.
func (o Object) Has(path string) bool {
	name, rest, more := strings.Cut(path, ".")
	a, ok := o.Attribute(name)
	switch {
	case !ok:
		return false
	case !more || a.Type.Kind == Any:
		return true
	case a.Type.Object != nil:
		return a.Type.Object.Has(rest)
	case a.Type.Elem != nil && a.Type.Elem.Object != nil:
		return a.Type.Elem.Object.Has(rest)
	}
	return false
}

// WithDefaults returns v with the default of every absent key filled in, also in
// nested objects; an absent object is there when it has defaults. Order: the keys
// of v, then defaults in schema order.
func (o Object) WithDefaults(v Value) Value {
	fields := make([]Field, 0, len(v.Fields()))
	for _, f := range v.Fields() {
		if a, ok := o.Attribute(f.Name); ok && a.Type.Object != nil && f.Value.Kind() == Map {
			f.Value = a.Type.Object.WithDefaults(f.Value)
		}
		if !f.Value.IsNull() {
			fields = append(fields, f)
		}
	}
	for _, a := range o.Attributes {
		switch {
		case !v.Get(a.Name).IsNull():
		case !a.Default.IsNull():
			fields = append(fields, Field{a.Name, a.Default})
		case a.Type.Object != nil && !a.Required:
			if nested := a.Type.Object.WithDefaults(NewMap(nil)); len(nested.Fields()) > 0 {
				fields = append(fields, Field{a.Name, nested})
			}
		}
	}
	return NewMap(fields)
}
