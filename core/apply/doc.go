// Package apply carries a plan out: it makes the values that the plan says, gives
// each to its targets, and records every write before it goes on.
//
// A value lives here, as a secret.Payload, from the moment it is made until its
// last target has it. What fails stops only its own secret.
//
// Next: core/record for what is written down, core/pluginhost for the calls.
package apply

import (
	"time"

	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
	"github.com/secretzero/sz/sdk/secret"
)

// DefaultParallelism is how many secrets are worked on at once.
const DefaultParallelism = 16

// Options are what an apply works with.
type Options struct {
	Plan        *plan.Plan
	Recorded    plan.Recorded
	Session     *observe.Session
	Lock        *record.File
	Parallelism int
	Now         func() time.Time
	// Observed is when the targets were looked at for the plan.
	Observed time.Time
	// Verify says why a value that is to be adopted is not the one that is meant. Nil
	// takes every value.
	Verify func(secretName string, value secret.Payload) error
	// Since is since when values that are adopted have been in use, by secret.
	Since map[string]time.Time
	// Purge deletes for good where a store would keep what was deleted for a while.
	Purge bool
	// Begun is called when everything is ready and nothing is written yet. An error
	// ends the apply there. Optional.
	Begun func() error
	// Report is called after each step, by one goroutine at a time. Optional.
	Report func(Event)
	// Notice is told of what a person should know and that stops nothing, by one
	// goroutine at a time. Optional.
	Notice func(about, text string)
	// Throttled is told of a store that takes no new values for a while, by one
	// goroutine at a time. Optional.
	Throttled func(scope string, pause time.Duration)
}

// Event is what became of one step.
type Event struct {
	Secret  string
	Target  plan.Address
	Action  plan.Action
	Problem *plan.Problem // nil when it was done
}

// Result is what became of an apply.
type Result struct {
	Events []Event
	// Interrupted means that the context ended before all was tried.
	Interrupted bool
	// Unrecorded is why the lock file is not up to date. The journal has what it lacks.
	Unrecorded error
}

// Failed reports whether any step was not done.
func (r Result) Failed() bool {
	for _, e := range r.Events {
		if e.Problem != nil {
			return true
		}
	}
	return false
}
