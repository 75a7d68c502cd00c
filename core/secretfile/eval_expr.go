package secretfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

func (e *evaluator) expression(expr Expr, at diag.Range) Value {
	switch x := expr.(type) {
	case Literal:
		return textValue(x.Text, at)
	case Default:
		return e.withDefault(x, at)
	case VarRef:
		v, missing := e.variable(x, at)
		if missing != nil {
			return e.report(at, "undefined-variable", missing.summary, missing.hint)
		}
		return v
	case EnvRef:
		return e.environment(x, at)
	}
	return e.report(at, "unsupported", "references to other secrets are not supported by this version yet", "")
}

func (e *evaluator) withDefault(x Default, at diag.Range) Value {
	ref, ok := x.Of.(VarRef)
	if !ok {
		return e.expression(x.Of, at)
	}
	v, missing := e.variable(ref, at)
	if missing != nil || v.IsNull() {
		return textValue(x.Text, at)
	}
	return v
}

// missing says which variable is not there and what may have been meant.
type missing struct{ summary, hint string }

// variable resolves var.NAME and walks into it.
func (e *evaluator) variable(ref VarRef, at diag.Range) (Value, *missing) {
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

func (e *evaluator) names() []string {
	var names []string
	if e.variables != nil {
		for _, entry := range e.variables.Entries {
			names = append(names, entry.Key)
		}
	}
	var given []string
	for name := range e.given {
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
	if v, known := e.resolved[name]; known {
		return v, true
	}
	n := e.variables.Get(name)
	if text, ok := e.given[name]; ok {
		e.resolved[name] = given(text, n, at)
		return e.resolved[name], true
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
	v := e.value(n)
	e.stack = e.stack[:len(e.stack)-1]
	e.resolved[name] = v
	return v, true
}

// given is a variable that comes as text from outside. It takes the type of the
// one in the file that it stands for, if its text can be one.
func given(text string, declared *Node, at diag.Range) Value {
	v := textValue(text, at)
	switch {
	case declared == nil:
	case declared.Kind == schema.Number && numberForm.MatchString(text):
		v.kind, v.value, v.text = schema.Number, schema.NewNumber(decimal(text)), text
	case declared.Kind == schema.Bool && boolForm.MatchString(text):
		v.kind, v.value = schema.Bool, schema.NewBool(strings.EqualFold(text, "true"))
	}
	return v
}

// environment resolves ${NAME}: a variable of that name first. An empty variable
// of the environment counts as unset.
func (e *evaluator) environment(ref EnvRef, at diag.Range) Value {
	if v, ok := e.named(ref.Name, at); ok && (!v.IsNull() || ref.Default == nil) {
		return v
	}
	if text, ok := e.env(ref.Name); ok && text != "" {
		return e.bounded(text, at, []string{ref.Name})
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
		fmt.Sprintf("set it, or write ${%s:-text} for a default", ref.Name))
}
