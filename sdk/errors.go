package sdk

import (
	"context"
	"errors"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// Error is an error that says what kind it is (Class), which one it is for a program
// (Code, stable, kebab-case), what is wrong (Summary, one line, lower case, subject
// first), why (Detail), what to do next (Hint), which attribute is at fault (Path),
// and from when it is worth to try again (RetryAfter). Return a pointer to one
// wherever a function returns an error; join several with [errors.Join], so that a
// person sees all of them at once. With Warning set it does not stop anything. It
// must never hold a secret.
type Error = wire.Diagnostic

// Class is the kind of trouble that an [Error] is. The host's exit code and what it
// does next depend on it.
type Class = wire.Class

// The classes of an [Error].
const (
	InvalidConfig  = wire.InvalidConfig  // the Secretfile is wrong; Path says where
	Authentication = wire.Authentication // who asks is not known to the store
	Permissions    = wire.Permissions    // who asks may not
	NotFound       = wire.NotFound       // what a call is about is not there
	Conflict       = wire.Conflict       // what is there is not what was expected
	Throttled      = wire.Throttled      // too many requests; RetryAfter says when to go on
	Unavailable    = wire.Unavailable    // the store or the way to it is down
	Unsupported    = wire.Unsupported    // the store cannot do that at all
	Internal       = wire.Internal       // a mistake of the plugin
)

// Invalid is the [*Error] for an attribute with a value that only the plugin can
// know to be wrong: the key, what is wrong with it, and what to do.
func Invalid(key, summary, hint string) *Error {
	return &Error{Class: InvalidConfig, Code: "invalid-" + strings.ReplaceAll(key, "_", "-"), Path: schema.Keys(key), Summary: summary, Hint: hint}
}

// Is reports whether an error, or one of those joined in it, is an [*Error] of a class.
func Is(err error, class Class) bool {
	for _, d := range diagnostics(err) {
		if d.Class == class {
			return true
		}
	}
	return false
}

// diagnostics takes an error apart. Errors that are no [*Error] become one of no
// known class.
func diagnostics(err error) []wire.Diagnostic {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []wire.Diagnostic
		for _, e := range joined.Unwrap() {
			out = append(out, diagnostics(e)...)
		}
		return out
	}
	if d, ok := errors.AsType[*Error](err); ok {
		return []wire.Diagnostic{*d}
	}
	out := wire.Diagnostic{Code: "plugin-error", Summary: err.Error()}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		out.Class, out.Code = Unavailable, "deadline"
	}
	return []wire.Diagnostic{out}
}

// refused reports an error that says by itself that a store did nothing: it was
// never asked, or it refused.
func refused(d wire.Diagnostic) bool {
	switch d.Class {
	case InvalidConfig, Authentication, Permissions, NotFound, Conflict, Throttled, Unsupported:
		return true
	}
	return d.Class == Unavailable && d.Code == codeUnreachable
}
