package plan

import "github.com/secretzero/sz/core/diag"

// Action is something that an apply does to a target, or why it does nothing.
type Action string

// The actions. Those up to Delete but Keep change a store; the others do not.
const (
	Keep     Action = "unchanged"
	Create   Action = "create"   // a new value where nothing is
	Replace  Action = "update"   // a new value over one of ours
	Copy     Action = "copy"     // the live value to a place that lacks it
	Remark   Action = "metadata" // what is around the value, in place
	Accept   Action = "accept"   // a value that was changed outside becomes the value
	Adopt    Action = "adopt"    // a value that was there before us becomes the value
	Recover  Action = "recover"  // a deleted value that the store still has
	Retire   Action = "retire"   // earlier versions whose time is over
	Release  Action = "release"  // our mark from what was there before us
	Delete   Action = "delete"   // what is ours and wanted no more
	Drifted  Action = "drift"    // changed outside; a person decides
	Conflict Action = "conflict" // something that is not ours is in the way
	Unsure   Action = "unknown"  // could not be found out
	Blocked  Action = "blocked"  // waits for another target of the secret
	Refused  Action = "error"    // cannot be done
)

// Changes reports whether the action changes a store.
func (a Action) Changes() bool {
	switch a {
	case Create, Replace, Copy, Remark, Accept, Adopt, Recover, Retire, Release, Delete:
		return true
	}
	return false
}

// Step is the decision for one target.
type Step struct {
	Target  Target
	Action  Action
	Reason  string
	Problem *Problem // for Unsure, and what may be done about a Conflict
	// Before is what must still be there when the step is carried out.
	Before Expectation
	// Previous is the operation whose value the step replaces.
	Previous Operation
	// Mark is ours as it is there.
	Mark Mark
	// Foreign means that what is there is not ours, and is taken over.
	Foreign bool
	// Equal asks to write nothing and only mark what is there when it is the value,
	// and to give up when it is not.
	Equal bool
	// Retired are the earlier versions to be retired.
	Retired []Retirement
}

// Expectation is the state that a step was decided upon.
type Expectation struct {
	Absent  bool
	Deleted bool // a deleted value of ours holds the name
	Receipt Receipt
}

// Change is the decision for one secret.
type Change struct {
	Secret Secret
	Action Action // the strongest of the steps
	Reason string
	Steps  []Step
	// Live is the operation of the value that is there, if any.
	Live Operation
	// Number is the N of the operation that makes a new value; 0 when none is
	// made.
	Number uint64
	// Source is the target from which a value is read: for copies, or to keep the
	// generated fields of a value whose stated fields change.
	Source *Target
	// SourceReceipt tells which value of the source is meant.
	SourceReceipt Receipt
	// Inputs are the secrets that it is built of.
	Inputs []Input
	// Text is a digest of what a composed secret is built with.
	Text string
	// Revoke retires what is replaced as soon as every target has the new value.
	Revoke bool
	// Recheck lists stated fields whose definition changed, so that they are
	// compared again before anything is written.
	Recheck bool
}

// Plan is what an apply would do, in the order in which it would do it.
type Plan struct {
	Project     string
	ProjectID   string // empty before the first apply
	Environment string
	Changes     []Change
	Left        int // secrets that were not selected
	Notes       []string
	Warnings    diag.List
}

// Count is how many secrets have an action.
func (p *Plan) Count(a Action) int {
	n := 0
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// HasChanges reports whether an apply would change a store.
func (p *Plan) HasChanges() bool {
	for _, c := range p.Changes {
		if c.HasChanges() {
			return true
		}
	}
	return false
}

// MakesValue reports whether a value is made: generated, stated or built anew.
func (c Change) MakesValue() bool {
	for _, s := range c.Steps {
		if s.Action == Create || s.Action == Replace {
			return true
		}
	}
	return false
}

// HasChanges reports whether any step would change a store.
func (c Change) HasChanges() bool {
	for _, s := range c.Steps {
		if s.Action.Changes() {
			return true
		}
	}
	return false
}

// Reads are the places from which values are read to carry the change out.
func (c Change) Reads() []Address {
	var list []Address
	if c.Source != nil {
		list = append(list, c.Source.Address)
	}
	for _, input := range c.Inputs {
		if c.MakesValue() && !input.Made && input.Origin != nil {
			list = append(list, input.Origin.Address)
		}
	}
	return list
}
