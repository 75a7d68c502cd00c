package wire

import (
	"strings"
	"time"

	"github.com/secretzero/sz/sdk/schema"
)

// Class is the kind of trouble that an error is.
type Class int

// The classes, with the numbers that they have on the wire. The zero Class is an
// error of no known class.
const (
	InvalidConfig Class = iota + 1
	Authentication
	Permissions
	NotFound
	Conflict
	Throttled
	Unavailable
	Unsupported
	Internal
)

var classNames = [...]string{"error", "invalid-config", "authentication", "permission", "not-found", "conflict", "throttled", "unavailable", "unsupported", "internal"}

// String is the class's name in kebab-case.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return classNames[0]
	}
	return classNames[c]
}

// Diagnostic is something that a person must know. It never holds a secret.
type Diagnostic struct {
	Warning    bool
	Class      Class
	Code       string // stable, kebab-case
	Path       schema.Path
	Summary    string // lower case, subject first
	Detail     string // why
	Hint       string // what to do next
	RetryAfter time.Duration
}

// Error is the diagnostic as one line.
func (d *Diagnostic) Error() string {
	parts := []string{d.Summary}
	for _, p := range []string{d.Detail, d.Hint} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "; ")
}

// Failed reports whether any of list is an error.
func Failed(list []Diagnostic) bool {
	for _, d := range list {
		if !d.Warning {
			return true
		}
	}
	return false
}
