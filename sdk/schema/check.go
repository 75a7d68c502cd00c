package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Codes of faults. They are stable: tools may match on them.
const (
	CodeUnknownKey   = "unknown-key"
	CodeMissingKey   = "missing-key"
	CodeWrongType    = "wrong-type"
	CodeNotAllowed   = "not-allowed"
	CodeBadFormat    = "bad-format"
	CodeOutOfRange   = "out-of-range"
	CodeKeyConflict  = "key-conflict"
	CodeDeprecated   = "deprecated-key"
	CodeInvalidValue = "invalid-value"
)

// Step is one step of a [Path]: a key of a map, or an index of a list when Key
// is empty.
type Step struct {
	Key   string
	Index int
}

// Path leads from a configuration to a part of it.
type Path []Step

// Keys makes a path of map keys.
func Keys(names ...string) Path {
	p := make(Path, len(names))
	for i, n := range names {
		p[i].Key = n
	}
	return p
}

// String writes the path as auth.scopes[0].
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.Key == "":
			fmt.Fprintf(&b, "[%d]", s.Index)
		case i > 0:
			b.WriteString("." + s.Key)
		default:
			b.WriteString(s.Key)
		}
	}
	return b.String()
}

// Fault is one thing wrong with a configuration. It never quotes a sealed text.
type Fault struct {
	Path    Path
	OnKey   bool // the key itself is wrong, not its value
	Warning bool
	Code    string
	Summary string // lower case, subject first
	Hint    string // what to do; may be empty
}

// Check returns everything in v that the schema does not allow, in the order of
// v, then of the schema. Null counts as absent, unknown as right.
func (o Object) Check(v Value) []Fault {
	return o.check(nil, v)
}

func (o Object) check(at Path, v Value) []Fault {
	if v.Kind() == Unknown {
		return nil
	}
	if v.Kind() != Map && !v.IsNull() {
		return []Fault{{Path: at, Code: CodeWrongType, Summary: fmt.Sprintf("%s must be a map, not %s", subject(at), v.Kind())}}
	}
	var faults []Fault
	for _, f := range v.Fields() {
		here := at.with(f.Name)
		a, known := o.Attribute(f.Name)
		switch {
		case !known:
			faults = append(faults, o.unknownKey(here, f.Name))
		case !f.Value.IsNull():
			faults = append(faults, a.check(here, f.Value)...)
		}
	}
	for _, a := range o.Attributes {
		if a.Required && v.Get(a.Name).IsNull() {
			faults = append(faults, Fault{
				Path: at.with(a.Name), OnKey: true, Code: CodeMissingKey,
				Summary: fmt.Sprintf("key %q is required", a.Name), Hint: a.Description,
			})
		}
	}
	for _, r := range o.Rules {
		faults = append(faults, r.check(at, o, v)...)
	}
	return faults
}

func (o Object) unknownKey(at Path, name string) Fault {
	f := Fault{Path: at, OnKey: true, Code: CodeUnknownKey, Summary: fmt.Sprintf("unknown key %q", name)}
	names := make([]string, len(o.Attributes))
	for i, a := range o.Attributes {
		names[i] = a.Name
	}
	if near := Nearest(name, names); near != "" {
		f.Hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 {
		f.Hint = "known keys: " + strings.Join(names, ", ")
	}
	return f
}

func (a Attribute) check(at Path, v Value) []Fault {
	faults := a.Type.check(at, v)
	if len(faults) > 0 || v.Kind() == Unknown {
		return faults
	}
	if a.Deprecated != "" {
		faults = append(faults, Fault{Path: at, OnKey: true, Warning: true, Code: CodeDeprecated, Summary: fmt.Sprintf("key %q is deprecated", a.Name), Hint: a.Deprecated})
	}
	switch v.Kind() {
	case String:
		faults = append(faults, a.checkText(at, v)...)
	case Number:
		if n, err := strconv.ParseFloat(v.Expose(), 64); err == nil {
			faults = append(faults, a.checkRange(at, n, v.String(), "")...)
		}
	}
	return faults
}

func (a Attribute) checkText(at Path, v Value) []Fault {
	text := v.Expose()
	if len(a.Enum) > 0 && !slices.Contains(a.Enum, text) {
		hint := "allowed: " + strings.Join(a.Enum, ", ")
		if a.PatternHint != "" {
			hint += "; " + a.PatternHint
		}
		if near := Nearest(text, a.Enum); near != "" && !v.Sealed() {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return []Fault{{Path: at, Code: CodeNotAllowed, Summary: fmt.Sprintf("%s is not an allowed %s", quoted(v), a.Name), Hint: hint}}
	}
	if a.Pattern != "" {
		whole, err := regexp.Compile(`\A(?:` + a.Pattern + `)\z`)
		if err == nil && !whole.MatchString(text) {
			return []Fault{{Path: at, Code: CodeBadFormat, Summary: fmt.Sprintf("%s is not a valid %s", quoted(v), a.Name), Hint: a.PatternHint}}
		}
	}
	return a.checkRange(at, float64(utf8.RuneCountInString(text)), fmt.Sprintf("%s of %d characters", a.Name, utf8.RuneCountInString(text)), " characters")
}

func (a Attribute) checkRange(at Path, n float64, shown, unit string) []Fault {
	switch {
	case a.Min != nil && n < *a.Min:
		return []Fault{{Path: at, Code: CodeOutOfRange, Summary: fmt.Sprintf("%s is too small for %s", shown, a.Name), Hint: fmt.Sprintf("the least is %v%s", *a.Min, unit)}}
	case a.Max != nil && n > *a.Max:
		return []Fault{{Path: at, Code: CodeOutOfRange, Summary: fmt.Sprintf("%s is too large for %s", shown, a.Name), Hint: fmt.Sprintf("the most is %v%s", *a.Max, unit)}}
	}
	return nil
}

func (t Type) check(at Path, v Value) []Fault {
	if t.Kind == Any || v.Kind() == Unknown || v.IsNull() {
		return nil
	}
	if t.Kind != v.Kind() {
		return []Fault{{Path: at, Code: CodeWrongType, Summary: fmt.Sprintf("%s must be %s, not %s", subject(at), t.Kind, v.Kind()), Hint: typeHint(t.Kind, v)}}
	}
	var faults []Fault
	switch {
	case t.Object != nil:
		return t.Object.check(at, v)
	case t.Elem == nil:
	case t.Kind == List:
		for i, item := range v.Items() {
			faults = append(faults, t.Elem.check(append(slices.Clone(at), Step{Index: i}), item)...)
		}
	case t.Kind == Map:
		for _, f := range v.Fields() {
			faults = append(faults, t.Elem.check(at.with(f.Name), f.Value)...)
		}
	}
	return faults
}

func (r Rule) check(at Path, o Object, v Value) []Fault {
	var set []string
	for _, name := range r.Attributes {
		if !v.Get(name).IsNull() {
			set = append(set, name)
		}
	}
	if r.Kind != OnlyWhen && r.When != "" && !r.holds(o, v) {
		return nil
	}
	names, where := strings.Join(r.Attributes, ", "), ""
	if r.When != "" {
		where = " with " + r.When + " " + r.when(o, v).String()
	}
	fault := func(key, summary string) []Fault {
		if r.Message != "" {
			summary = r.Message
		}
		return []Fault{{Path: at.with(key), OnKey: true, Code: CodeKeyConflict, Summary: summary}}
	}
	switch {
	case r.Kind == ExactlyOneOf && len(set) == 0 && len(r.Attributes) == 1:
		return fault(r.Attributes[0], fmt.Sprintf("key %q is required%s", names, where))
	case r.Kind == ExactlyOneOf && len(set) == 0:
		return fault(r.Attributes[0], "one of "+names+" is required"+where)
	case (r.Kind == ExactlyOneOf || r.Kind == AtMostOneOf) && len(set) > 1:
		return fault(set[1], "only one of "+names+" may be set"+where)
	case r.Kind == AllOrNone && len(set) > 0 && len(set) < len(r.Attributes):
		return fault(set[0], names+" must be set together"+where)
	case r.Kind == OnlyWhen && len(set) > 0 && !r.holds(o, v):
		return fault(set[0], fmt.Sprintf("key %q is for %s %s only", set[0], r.When, strings.Join(r.Equals, " or ")))
	}
	return nil
}

// holds reports whether the key that a rule looks at has one of its values, also by
// default. What is not known yet breaks no rule: it allows, and it requires nothing.
func (r Rule) holds(o Object, v Value) bool {
	when := r.when(o, v)
	return when.Kind() == Unknown && r.Kind == OnlyWhen || when.Kind() != Unknown && slices.Contains(r.Equals, when.Expose())
}

func (r Rule) when(o Object, v Value) Value {
	when := v.Get(r.When)
	if a, ok := o.Attribute(r.When); ok && when.IsNull() {
		when = a.Default
	}
	return when
}

func (p Path) with(key string) Path { return append(slices.Clone(p), Step{Key: key}) }

func subject(at Path) string {
	if len(at) == 0 {
		return "config"
	}
	return strconv.Quote(at.String())
}

func quoted(v Value) string {
	if v.Sealed() {
		return "the text"
	}
	return strconv.Quote(v.Expose())
}

func typeHint(want Kind, v Value) string {
	switch {
	case want == Number && v.Kind() == String:
		return "write the number without quotes"
	case want == String && (v.Kind() == Number || v.Kind() == Bool):
		return fmt.Sprintf("write it in quotes: %q", v.String())
	case want == Bool && v.Kind() == String:
		return "write true or false without quotes"
	}
	return ""
}
