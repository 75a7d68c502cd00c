package syntax

import "github.com/secretzero/sz/sdk/schema"

// Expr is an expression. The language is closed: these five are all there is.
// Where one stands is the range of its [Part].
type Expr interface{ expr() }

// VarRef reads a variable and walks into it: {{var.NAME.KEY[INDEX]}}.
type VarRef struct{ Path schema.Path }

// EnvRef is ${NAME} or ${NAME:-text}: a variable of that name if there is one,
// else the environment.
type EnvRef struct {
	Name    string
	Default *string
}

// SecretRef reads another secret: {{secret.NAME.FIELD | ENCODER}}.
type SecretRef struct{ Name, Field, Encoder string }

// Literal is {{'text'}}.
type Literal struct{ Text string }

// Default is {{EXPR or 'text'}}: a constant when what Of reads is undefined or null.
type Default struct {
	Of   Expr
	Text string      // as it is written
	Kind schema.Kind // String, Number or Bool
}

func (VarRef) expr()    {}
func (EnvRef) expr()    {}
func (SecretRef) expr() {}
func (Literal) expr()   {}
func (Default) expr()   {}
