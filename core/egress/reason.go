package egress

import (
	"context"
	"errors"
	"net"
	"os"
)

// ReasonHeader is the header of an answer to CONNECT that says in one word why there
// is no tunnel. The SDK makes of it the error that a plugin with a network of its own
// would have seen.
const ReasonHeader = "Sz-Reason"

// The words. The SDK knows the same (sdk/egress.go).
const (
	NotGranted    = "not-granted"
	NoSuchHost    = "no-such-host"
	NoNameService = "no-name-service"
	NoAnswer      = "no-answer"
	NoProxy       = "no-proxy" // the user's own proxy cannot be reached
	ProxySaysNo   = "proxy-no" // the user's own proxy answered so
	Unreachable   = "unreachable"
)

func reasonOf(err error) string {
	if _, ok := errors.AsType[*refusal](err); ok {
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
	return Unreachable
}
