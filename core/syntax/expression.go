package syntax

import (
	"strconv"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
)

// Expression writes an expression as a person does in the language: in YAML with
// its braces, in HCL without.
func (l Language) Expression(e Expr) string {
	if l == HCL {
		return hclExpression(e)
	}
	return yamlExpression(e)
}

func yamlExpression(e Expr) string {
	switch x := e.(type) {
	case EnvRef:
		if x.Default != nil {
			return "${" + x.Name + ":-" + *x.Default + "}"
		}
		return "${" + x.Name + "}"
	case Literal:
		return "{{" + quoteInBraces(x.Text) + "}}"
	case Default:
		return "{{" + inBraces(x.Of) + " or " + x.constant(quoteInBraces) + "}}"
	}
	return "{{" + inBraces(e) + "}}"
}

func inBraces(e Expr) string {
	switch x := e.(type) {
	case VarRef:
		return "var" + path(x.Path, quoteInBraces)
	case SecretRef:
		text := "secret" + path(secretPath(x), quoteInBraces)
		if x.Encoder != "" {
			text += " | " + x.Encoder
		}
		return text
	}
	return ""
}

// quoteInBraces puts a text between the quotes that it does not hold itself.
func quoteInBraces(text string) string {
	if strings.Contains(text, "'") {
		return `"` + text + `"`
	}
	return "'" + text + "'"
}

func hclExpression(e Expr) string {
	switch x := e.(type) {
	case EnvRef:
		if x.Default != nil {
			return "env(" + quoteHCL(x.Name) + ", " + quoteHCL(*x.Default) + ")"
		}
		return "env(" + quoteHCL(x.Name) + ")"
	case Literal:
		return quoteHCL(x.Text)
	case Default:
		return "try(" + hclExpression(x.Of) + ", " + x.constant(quoteHCL) + ")"
	case VarRef:
		return "var" + path(x.Path, quoteHCL)
	case SecretRef:
		text := "secret" + path(secretPath(x), quoteHCL)
		if x.Encoder != "" {
			return x.Encoder + "(" + text + ")"
		}
		return text
	}
	return ""
}

// constant is the text of a default, quoted when it is a text.
func (d Default) constant(quote func(string) string) string {
	if d.Kind == schema.String {
		return quote(d.Text)
	}
	return d.Text
}

func secretPath(x SecretRef) schema.Path {
	if x.Field == "" {
		return schema.Keys(x.Name)
	}
	return schema.Keys(x.Name, x.Field)
}

// path is the way into a value, with names in brackets that are no words.
func path(steps schema.Path, quote func(string) string) string {
	var b strings.Builder
	for _, s := range steps {
		switch {
		case s.Key == "":
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case word.MatchString(s.Key):
			b.WriteString("." + s.Key)
		default:
			b.WriteString("[" + quote(s.Key) + "]")
		}
	}
	return b.String()
}
