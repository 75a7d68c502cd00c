package sdk

import (
	"fmt"
	"os"

	"github.com/secretzero/sz/sdk/wire"
)

// None is the configuration of what needs none, and the session of what keeps none.
type None = struct{}

// Plugin is all that one binary serves.
type Plugin struct {
	Name       string // as in sz-plugin-NAME: [a-z][a-z0-9-]{0,62}
	Version    string // semantic, without a leading v
	Summary    string // one sentence
	Generators []Generator
	Providers  []Provider
}

// Serve runs the plugin until the host ends it. It is all that main does. Run by hand,
// it says that it is a plugin and exits with 1; run with --attach FILE, by hand or in a
// debugger, it waits for hosts that are told of the file, and is ended by an interrupt.
func Serve(p Plugin) {
	if len(os.Args) == 3 && os.Args[1] == "--attach" {
		if err := wire.Attach(os.Args[2], p.Name, func() wire.Handler { return newHandler(p) }); err != nil {
			fmt.Fprintf(os.Stderr, "plugin %s cannot be attached to: %v\n", p.Name, err)
			os.Exit(1)
		}
		return
	}
	wire.Serve(newHandler(p))
}

// The types that an author's functions speak in. They are those of the wire.
type (
	// Permission is something that a provider instance asks to be allowed.
	Permission = wire.Permission
	// Claim is one thing known about the identity that a session acts as.
	Claim = wire.Claim
	// Mark is how a store remembers what sz wrote.
	Mark = wire.Mark
	// Receipt is what a plugin wants to remember of a write.
	Receipt = wire.Receipt
	// State is what is at an address.
	State = wire.State
	// Deletion tells of a deleted value that still holds its name.
	Deletion = wire.Deletion
	// Throttle is a limit that all writers of a scope share.
	Throttle = wire.Throttle
	// Expectation is what must be at an address for a write to go ahead.
	Expectation = wire.Expectation
	// ReadResult is one value with what is known of it.
	ReadResult = wire.ReadResult
	// WriteResult is what became of a change.
	WriteResult = wire.WriteResult
	// Version is one version of a secret without its value.
	Version = wire.Version
	// RetireMode is how far a retirement goes.
	RetireMode = wire.RetireMode
	// Need is something that a Secretfile has to do at a place.
	Need = wire.Need
	// Finding is one thing that a diagnosis found out.
	Finding = wire.Finding
	// FindingOutcome is what became of one step of a diagnosis.
	FindingOutcome = wire.FindingOutcome
	// References is the text with which a consumer reads secrets.
	References = wire.References
)

// The presences of a [State].
const (
	Absent   = wire.Absent
	Present  = wire.Present
	Disabled = wire.Disabled
	Deleted  = wire.Deleted
	Changing = wire.Changing
	Unknown  = wire.Unknown
)

// How a [State] matches the receipt it was asked about.
const (
	Matches    = wire.Matches
	Differs    = wire.Differs
	CannotTell = wire.CannotTell
)

// The outcomes of a change.
const (
	Applied        = wire.Applied
	Unchanged      = wire.Unchanged
	NotApplied     = wire.NotApplied
	OutcomeUnknown = wire.OutcomeUnknown
)

// How far a retirement goes.
const (
	RetireDisable = wire.RetireDisable
	RetireDelete  = wire.RetireDelete
	RetirePurge   = wire.RetirePurge
	RetireUnmark  = wire.RetireUnmark
)

// What a Secretfile may have to do at a place.
const (
	NeedInspect = wire.NeedInspect
	NeedRead    = wire.NeedRead
	NeedWrite   = wire.NeedWrite
	NeedUpdate  = wire.NeedUpdate
	NeedDelete  = wire.NeedDelete
)

// The outcomes of a [Finding].
const (
	Passed        = wire.Passed
	FindingFailed = wire.FindingFailed
	Inferred      = wire.Inferred
	Skipped       = wire.Skipped
	Warned        = wire.Warned
)

// The kinds of [Permission].
const (
	Network     = wire.Network
	NetworkFrom = wire.NetworkFrom
	Environment = wire.Environment
	ReadFile    = wire.ReadFile
	WriteFrom   = wire.WriteFrom
	Execute     = wire.Execute
	ReadFrom    = wire.ReadFrom
	Identity    = wire.Identity
	Programs    = wire.Programs
)
