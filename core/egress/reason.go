package egress

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// ReasonHeader is the header of an answer to CONNECT, or to a plain request, that says in
// one word why there is no tunnel, or why nothing was sent. The SDK makes of it the error that a plugin with a network of its own
// would have seen.
const ReasonHeader = "Sz-Reason"

// RouteHeader is the header of an answer to CONNECT that says how far the way to a host
// was found: the addresses that its name has, with commas, or [Proxied]. Without it
// nothing was looked for.
const RouteHeader = "Sz-Route"

// Proxied is the route through the user's own proxy, which resolves the name.
const Proxied = "proxy"

// The words. The SDK knows the same (sdk/egress.go).
const (
	NotGranted    = "not-granted"
	LeadsInside   = "leads-inside" // granted by its name, which is that of an address inside
	NoSuchHost    = "no-such-host"
	NoNameService = "no-name-service"
	NoAnswer      = "no-answer"
	NoProxy       = "no-proxy" // the user's own proxy cannot be reached
	ProxySaysNo   = "proxy-no" // the user's own proxy answered so
	Refused       = "refused"  // the host says that nobody listens
	NoRoute       = "no-route" // this machine knows no way to the host
	Unreachable   = "unreachable"
)

func reasonOf(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		if r.inside {
			return LeadsInside
		}
		return NotGranted
	}
	if _, ok := errors.AsType[*upstreamError](err); ok {
		return ProxySaysNo
	}
	if errors.Is(err, errNoProxy) {
		return NoProxy
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return NoSuchHost
		}
		return NoNameService
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return NoAnswer
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return NoRoute
	case errors.Is(err, syscall.ETIMEDOUT):
		return NoAnswer
	}
	return Unreachable
}
