package cli

import (
	"errors"

	"github.com/secretzero/sz/core/diag"
)

// Exit codes. When several apply, the first of 130, 3, 4, 5, 1, 6, 7, 2 counts.
const (
	exitOK          = 0
	exitError       = 1
	exitChanges     = 2 // changes are present, with --detailed-exitcode
	exitSecretfile  = 3
	exitProvider    = 4
	exitPolicy      = 5
	exitPartly      = 6 // partly applied; run again
	exitDrift       = 7 // drift, conflict or unknown
	exitInterrupted = 130
)

// exit ends a command with a code. Its diagnostics are shown first, then its text.
type exit struct {
	code  int
	text  string
	found diag.List
	shown bool // everything has been printed already
}

// Error is the text.
func (e *exit) Error() string { return e.text }

func fail(code int, text string) error { return &exit{code: code, text: text} }

func faulty(code int, found diag.List) error { return &exit{code: code, found: found} }

func done(code int) error {
	if code == exitOK {
		return nil
	}
	return &exit{code: code, shown: true}
}

func codeOf(err error) int {
	if e, ok := errors.AsType[*exit](err); ok {
		return e.code
	}
	return exitError
}
