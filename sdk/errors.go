package sdk

import (
	"context"
	"errors"

	"github.com/secretzero/sz/sdk/wire"
)

// Error is an error that says what kind it is, which attribute is at fault and
// what to do next. Return a pointer to one wherever a function returns an error;
// join several with [errors.Join]. It must never hold a secret.
type Error = wire.Diagnostic

// The classes of an [Error].
const (
	InvalidConfig  = wire.InvalidConfig
	Authentication = wire.Authentication
	Permissions    = wire.Permissions
	NotFound       = wire.NotFound
	Conflict       = wire.Conflict
	Throttled      = wire.Throttled
	Unavailable    = wire.Unavailable
	Unsupported    = wire.Unsupported
	Internal       = wire.Internal
)

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
