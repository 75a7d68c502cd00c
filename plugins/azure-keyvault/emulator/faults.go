package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Fault makes an authorised request go wrong: the Nth of its kind, counted from 1
// over all vaults, or each of them when N is 0. Requests that suffered a fault
// count too.
type Fault struct {
	Method string // any when *
	Route  string // such as /secrets/{name}; any when empty
	N      int
	Kind   FaultKind
	Delay  time.Duration // of Slow; what TooManyRequests asks to wait, in seconds
}

// FaultKind is how a request goes wrong.
type FaultKind string

// The kinds of fault. Commit means that the store did what was asked first.
const (
	Drop            FaultKind = "drop"
	CommitThenDrop  FaultKind = "commit-then-drop"
	ServerError     FaultKind = "500"
	CommitThenError FaultKind = "commit-then-500"
	TooManyRequests FaultKind = "429"
	Slow            FaultKind = "delay"
)

// ParseFault reads a fault as METHOD#N=KIND or "METHOD ROUTE#N=KIND", such as
// PUT#3=commit-then-drop, GET#1=delay:2s, PUT#2=429:3s (with Retry-After) or
// "GET /deletedsecrets/{name}#*=500".
func ParseFault(text string) (Fault, error) {
	where, kind, ok := strings.Cut(text, "=")
	what, number, numbered := strings.Cut(where, "#")
	n, err := strconv.Atoi(number)
	if number == "*" {
		n, err = 0, nil
	} else if n < 1 {
		ok = false
	}
	if !ok || !numbered || what == "" || err != nil {
		return Fault{}, fmt.Errorf("fault %q: not of the form METHOD#N=KIND", text)
	}
	method, path, _ := strings.Cut(what, " ")
	f := Fault{Method: strings.ToUpper(method), Route: path, N: n, Kind: FaultKind(kind)}
	if name, duration, timed := strings.Cut(kind, ":"); timed && (name == string(Slow) || name == string(TooManyRequests)) {
		f.Kind = FaultKind(name)
		if f.Delay, err = time.ParseDuration(duration); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
		return f, nil
	}
	switch f.Kind {
	case Drop, CommitThenDrop, ServerError, CommitThenError, TooManyRequests:
		return f, nil
	}
	return Fault{}, fmt.Errorf("fault %q: kinds are drop, commit-then-drop, 500, commit-then-500, 429, 429:DURATION and delay:DURATION", text)
}

// key is what the requests that a fault is about are counted under.
func (f Fault) key() string {
	if f.Route == "" {
		return f.Method
	}
	return f.Method + " " + f.Route
}

// faultFor counts a request and finds the fault that it is to suffer; the zero
// Fault is none.
func (s *Server) faultFor(method, pattern string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := map[string]bool{"*": true, method: true}
	if pattern != "" {
		keys[method+" "+pattern], keys["* "+pattern] = true, true
	}
	for key := range keys {
		s.counts[key]++
	}
	for _, f := range s.options.Faults {
		if keys[f.key()] && (f.N == 0 || f.N == s.counts[f.key()]) {
			return f
		}
	}
	return Fault{}
}

// answer carries a request out, or not, as its fault says.
func (s *Server) answer(c *call, fault Fault) answer {
	if refused := s.options.Hostile.refusal(c.request.Method); refused != nil {
		return refuse(refused)
	}
	switch fault.Kind {
	case Slow:
		s.pause(c.request, fault.Delay)
	case ServerError, Drop:
		return refuse(internal)
	case TooManyRequests:
		refused := refuse(throttled)
		refused.retryAfter = fault.Delay
		return refused
	case CommitThenError:
		s.carryOut(c)
		return refuse(internal)
	}
	return s.carryOut(c)
}
