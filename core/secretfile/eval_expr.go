package secretfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

func (e *evaluator) expression(expr syntax.Expr, at diag.Range) Value {
	if v, refused := e.inShell(expr, at); refused {
		return v
	}
	switch x := expr.(type) {
	case syntax.Literal:
		return textValue(x.Text, at)
	case syntax.Default:
		return e.withDefault(x, at)
	case syntax.VarRef:
		v, missing := e.variable(x, at)
		if missing != nil {
			return e.report(at, "undefined-variable", missing.summary, missing.hint)
		}
		return v
	case syntax.EnvRef:
		return e.environment(x, at)
	}
	return unknown(at) // a reference to a secret, which composed has seen
}

func (e *evaluator) withDefault(x syntax.Default, at diag.Range) Value {
	ref, ok := x.Of.(syntax.VarRef)
	if !ok {
		return e.expression(x.Of, at)
	}
	v, missing := e.variable(ref, at)
	if missing == nil && !v.IsNull() {
		return v
	}
	switch out := textValue(x.Text, at); x.Kind {
	case schema.Number:
		out.kind, out.value, out.text = schema.Number, schema.NewNumber(syntax.Decimal(x.Text)), x.Text
		return out
	case schema.Bool:
		out.kind, out.value = schema.Bool, schema.NewBool(x.Text == "true")
		return out
	default:
		return out
	}
}

// missing says which variable is not there and what may have been meant.
type missing struct{ summary, hint string }

// variable resolves var.NAME and walks into it.
func (e *evaluator) variable(ref syntax.VarRef, at diag.Range) (Value, *missing) {
	v, ok := e.named(ref.Path[0].Key, at)
	if !ok {
		return Value{}, undefined("variable "+ref.Path[0].Key, ref.Path[0].Key, e.names())
	}
	for i, step := range ref.Path[1:] {
		if v.kind == schema.Unknown {
			return v, nil
		}
		next, _, ok := v.step(step)
		if !ok {
			var names []string
			for _, f := range v.fields {
				names = append(names, f.Name)
			}
			return Value{}, undefined("var."+ref.Path[:i+2].String(), step.Key, names)
		}
		v = next
	}
	return v, nil
}

func undefined(what, name string, names []string) *missing {
	m := &missing{summary: what + " is not defined"}
	if near := schema.Nearest(name, names); near != "" {
		m.hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 {
		m.hint = "defined are " + strings.Join(names[:min(len(names), 20)], ", ")
	}
	return m
}

// declared are the variables of the files.
func (e *evaluator) declared() []string {
	var names []string
	if e.variables != nil {
		for _, entry := range e.variables.Entries {
			names = append(names, entry.Key)
		}
	}
	return names
}

func (e *evaluator) names() []string {
	names := e.declared()
	var given []string
	for name := range e.vars {
		if !slices.Contains(names, name) {
			given = append(given, name)
		}
	}
	slices.Sort(given)
	return append(names, given...)
}

// named resolves a variable once. Variables may refer to others, not to
// themselves.
func (e *evaluator) named(name string, at diag.Range) (Value, bool) {
	e.used[name] = true
	if v, known := e.resolved[name]; known {
		return v, true
	}
	n := e.variables.Get(name)
	if v, ok := e.given(name, n, at); ok {
		e.resolved[name] = v
		return v, true
	}
	if n == nil {
		return Value{}, false
	}
	if i := slices.Index(e.stack, name); i >= 0 {
		path := strings.Join(append(slices.Clone(e.stack[i:]), name), " → ")
		return e.report(at, "variable-cycle", "variables refer to each other in a circle: "+path, "give one of them a value of its own"), true
	}
	if len(e.stack) >= maxChain {
		return e.report(at, "variable-chain", fmt.Sprintf("variables refer to each other over more than %d steps", maxChain), ""), true
	}
	e.stack = append(e.stack, name)
	mode := e.arguments
	e.arguments = notArguments // a variable means the same wherever it is used
	v := e.value(n)
	e.arguments = mode
	e.stack = e.stack[:len(e.stack)-1]
	e.resolved[name] = v
	return v, true
}

// given is a variable that comes as text from outside: of the command line, else
// of the environment. It takes the type of the one in the files that it stands for,
// if its text can be one.
func (e *evaluator) given(name string, declared *syntax.Node, at diag.Range) (Value, bool) {
	text, ok := e.vars[name]
	v := textValue(text, at)
	if ok {
		v.argv = []string{name}
	} else if text, ok = e.env(variablePrefix + name); !ok || text == "" {
		return Value{}, false
	} else {
		v = textValue(text, at)
	}
	v.loose = true
	if declared != nil && declared.Kind != schema.Null && len(declared.Parts) == 0 {
		v = conform(v, declared.Kind)
		v.loose = declared.Kind != schema.String
	}
	return v, true
}

// conform gives text from outside the type that is wanted of it, if it can have
// it: such text has none of its own.
func conform(v Value, kind schema.Kind) Value {
	if !v.loose || v.kind != schema.String {
		return v
	}
	text := v.plain()
	switch {
	case kind == schema.Number && syntax.IsNumber(text):
		v.kind, v.text = schema.Number, text
		if v.value.Sealed() {
			v.value, v.text = schema.NewSealedNumber(secret.FromString(syntax.Decimal(text))), ""
		} else {
			v.value = schema.NewNumber(syntax.Decimal(text))
		}
	case kind == schema.Bool && syntax.IsBool(text) && !v.value.Sealed():
		v.kind, v.value = schema.Bool, schema.NewBool(strings.EqualFold(text, "true"))
	}
	return v
}

// exampleDefault stands for a default in a hint.
var exampleDefault = "text"

// environment resolves ${NAME}: a variable of that name first. An empty variable
// of the environment counts as unset.
func (e *evaluator) environment(ref syntax.EnvRef, at diag.Range) Value {
	if v, taken := e.argument(ref, at); taken {
		return v
	}
	if v, ok := e.named(ref.Name, at); ok && (!v.IsNull() || ref.Default == nil) {
		return v
	}
	if text, ok := e.env(ref.Name); ok && text != "" {
		v := e.bounded(text, at, []string{ref.Name})
		v.loose = true
		return v
	}
	if ref.Default != nil {
		return textValue(*ref.Default, at)
	}
	if e.unset {
		v := unknown(at)
		v.env = []string{ref.Name}
		return v
	}
	return e.report(at, "env-unset", fmt.Sprintf("environment variable %s is not set", ref.Name),
		"set it, or write "+e.language.Expression(syntax.EnvRef{Name: ref.Name, Default: &exampleDefault})+" for a default")
}
