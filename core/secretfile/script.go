package secretfile

import (
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// KindScript is the kind of value that a command prints. It is a plugin's, but what
// may become part of a command is for the language to say.
const KindScript = "script"

// stdinKey is the setting of a script that may hold a secret.
const stdinKey = "stdin"

// words are the settings of a script that become its arguments: everybody on the
// machine can read those.
var words = []string{"command", "args"}

// argumentMode is how expressions are taken that stand in the arguments of a script.
type argumentMode int

const (
	notArguments argumentMode = iota
	// plainArguments take ${NAME} as everywhere, but leave it as it stands when it is
	// neither a variable nor set, and refuse environment that looks like a secret.
	plainArguments
	// shellArguments leave every ${NAME} to the shell, and refuse the other
	// expressions: text that a shell reads can say anything to it.
	shellArguments
)

// script reads the configuration of a script.
func (d *decoder) script(n *syntax.Node) Value {
	mode := plainArguments
	if shell := d.eval.value(n.Get("shell")); shell.kind == schema.Bool && shell.value.Bool() || shell.kind == schema.Unknown {
		mode = shellArguments
	}
	out := Value{kind: schema.Map, at: n.Range, size: 1}
	for _, e := range n.Entries {
		if isWord(e.Key) {
			d.eval.arguments = mode
		}
		v := d.eval.value(e.Value)
		d.eval.arguments = notArguments
		if isWord(e.Key) || e.Key == "variables" {
			d.eval.readable(v)
		}
		out.fields, out.size = append(out.fields, ValueField{e.Key, e.KeyRange, v}), out.size+v.size+len(e.Key)
	}
	return out
}

func isWord(key string) bool { return slices.Contains(words, key) }

// argument is ${NAME} in the arguments of a script; false where it is taken as
// everywhere.
func (e *evaluator) argument(ref syntax.EnvRef, at diag.Range) (Value, bool) {
	if e.arguments == shellArguments {
		return textValue(asWritten(ref), at), true
	}
	if e.arguments == notArguments {
		return Value{}, false
	}
	if v, ok := e.named(ref.Name, at); ok && !v.IsNull() {
		return Value{}, false
	}
	if text, set := e.env(ref.Name); set && text != "" || ref.Default != nil {
		return Value{}, false
	}
	return textValue(asWritten(ref), at), true
}

// readable refuses environment that looks like a secret where everybody can read it.
func (e *evaluator) readable(v Value) {
	v.walk(func(scalar Value) {
		for _, name := range scalar.env {
			if secretName.MatchString(name) {
				e.report(scalar.at, "secret-in-arguments", fmt.Sprintf("environment variable %s looks like a secret, and would become an argument or a variable of a command", diag.Short(name)),
					"hand it over on standard input: stdin: "+e.language.Expression(syntax.EnvRef{Name: name}))
				return
			}
		}
	})
}

// asWritten is ${NAME} or ${NAME:-text}, as a shell reads it.
func asWritten(ref syntax.EnvRef) string {
	if ref.Default == nil {
		return "${" + ref.Name + "}"
	}
	return "${" + ref.Name + ":-" + *ref.Default + "}"
}

// inShell refuses an expression in text that a shell reads; false where that is no
// concern.
func (e *evaluator) inShell(expr syntax.Expr, at diag.Range) (Value, bool) {
	switch expr.(type) {
	case syntax.VarRef, syntax.Default, syntax.SecretRef:
		if e.arguments == shellArguments {
			return e.report(at, "expression-in-shell", "an expression stands in text that a shell reads, and could say anything to it",
				"hand it over as variables: {name: …}, and write \"$SZ_ARG_name\""), true
		}
	}
	return Value{}, false
}
