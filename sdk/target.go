package sdk

import (
	"context"
	"reflect"
	"time"

	"github.com/secretzero/sz/sdk/internal/config"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// TargetFor is one kind of target of a provider with session S: a [TargetOf].
type TargetFor[S any] interface {
	kind() string
	describe() wire.TargetDescription
	permissions() []Permission
	bind(S) boundTarget
}

// Target is a place with its configuration. For a place that the Secretfile no
// longer names, Known is false and Config holds no more than the identity keys, and
// those only for a target without a Check.
type Target[C any] struct {
	Address string // canonical, from Check
	Config  C
	Fields  []string // the names of a structured secret's fields, in order
	// RotationPeriod is how long a value there should live; 0 when nothing is said.
	RotationPeriod time.Duration
	Known          bool
}

// Wanted is a target as the Secretfile states it.
type Wanted[C any] struct {
	Config C
	Secret string   // the secret's name, for a default name only
	Field  string   // set when the target receives one field
	Fields []string // the names of a structured secret's fields, in order
	// RotationPeriod is how long a value there should live; 0 when nothing is said.
	RotationPeriod time.Duration
}

// Place is where a target is.
type Place struct {
	Address  string   // canonical: equal addresses are the same place
	Claims   []string // the places taken up, when more or other than Address
	Throttle Throttle
	MaxValue int  // the most bytes of a value; 0 when nothing is said
	MaxMark  int  // the most bytes of one text of a [Mark]; 0 when nothing is said
	Unmarked bool // the place carries no [Mark], although its kind could
}

// Inspection asks what is at a target.
type Inspection[C any] struct {
	Target[C]
	Receipt   Receipt // of the last write there; zero when there was none
	Challenge Challenge
}

// Write is one value to store.
type Write[C any] struct {
	Target[C]
	Mark    Mark
	Payload secret.Payload
	Expect  Expectation
}

// Read asks for one value: what Receipt tells of, or the latest without one.
type Read[C any] struct {
	Target[C]
	Receipt Receipt
}

// Update changes what is around a value.
type Update[C any] struct {
	Target[C]
	Mark    Mark
	Expect  Receipt
	Recover bool // bring back what was deleted first; Expect is then what was deleted
}

// Retire retires a secret, or one of its versions when Revision is set.
type Retire[C any] struct {
	Target[C]
	Revision string
	Mode     RetireMode
	Mark     Mark
}

// Diagnosis asks what stands in the way of using places.
type Diagnosis[C any] struct {
	Places []DiagnosedPlace[C]
	// ProbeWrite permits to store something that nothing else uses, and to remove it,
	// where a right cannot be tested otherwise.
	ProbeWrite bool
}

// DiagnosedPlace is one place and what has to be done there.
type DiagnosedPlace[C any] struct {
	Target[C]
	Needs []Need
}

// ReferenceRequest asks for the text with which a consumer reads secrets.
type ReferenceRequest[C any] struct {
	Places   []ReferredPlace[C]
	Consumer string // in the plugin's own words
	Project  string // its name, for names that a text needs
}

// ReferredPlace is one place that a consumer reads.
type ReferredPlace[C any] struct {
	Target[C]
	Secret string // the secret's name, to name settings after
	Field  string // set when the target receives one field
}

// TargetOf is a kind of target with session S and configuration C. Write is required;
// each other function that is set is a capability that the host will use. Without
// Inspect a target is write-only: sz cannot see what is there, says so in the plan,
// and takes what it wrote itself for what is there.
//
// Functions are called concurrently, for other addresses and other calls. Return an
// [*Error] for what a person should act on; a nil error with an outcome in the result
// otherwise.
type TargetOf[S, C any] struct {
	Kind    string
	Summary string
	Marks   bool // a stored value carries the Mark of its write

	// Check finds the canonical address and what tags cannot say. It is pure: it opens
	// no connection. Optional: without it the address is made of the identity keys of
	// C, and these are filled in wherever a C is given, also for a place that the
	// Secretfile no longer names. With a Check of its own a target gets the name that
	// the option name fills in there only, and takes it from the address afterwards.
	Check func(ctx context.Context, s S, w Wanted[C]) (Place, error)
	// Write stores a value after making sure of w.Expect. It answers Unchanged
	// when a value with the same operation id is there already, and
	// OutcomeUnknown rather than guess. Without an outcome, no error means Applied, an
	// error whose class says that the store refused or was never reached NotApplied,
	// and any other OutcomeUnknown. A result without a receipt gets the operation id
	// as revision.
	Write func(ctx context.Context, s S, w Write[C]) (WriteResult, error)
	// Inspect says what is there without giving out a value. A state with a receipt
	// and no match is matched by the revisions. Optional.
	Inspect func(ctx context.Context, s S, i Inspection[C]) (State, error)
	// InspectMany answers many at once, where a store can do that in fewer calls:
	// each index at most once, in any order, also from several goroutines. What it
	// leaves open is asked of Inspect, one by one. Optional, beside Inspect.
	InspectMany func(ctx context.Context, s S, items []Inspection[C], answer func(index int, state State)) error
	// Challenges says that Inspect answers challenges itself. Where it does not and
	// there is a Read, what that returns is compared.
	Challenges bool
	// Read gives out one value. Optional.
	Read func(ctx context.Context, s S, r Read[C]) (ReadResult, error)
	// Update changes what is around a value, never the value. Optional.
	Update func(ctx context.Context, s S, u Update[C]) (WriteResult, error)
	// Retire disables, deletes or purges. Optional.
	Retire func(ctx context.Context, s S, r Retire[C]) (WriteResult, error)
	// Versions lists versions, newest first. Optional.
	Versions func(ctx context.Context, s S, t Target[C]) ([]Version, error)
	// Diagnose finds out, step by step, what stands in the way of using places, and
	// reports each step once. It changes nothing but what d.ProbeWrite permits.
	// Optional.
	Diagnose func(ctx context.Context, s S, d Diagnosis[C], report func(Finding)) error
	// References writes the text with which a consumer reads secrets. It is pure, and
	// answers a consumer that it does not know with an error that lists those that it
	// does. Optional.
	References func(ctx context.Context, s S, r ReferenceRequest[C]) (References, error)
}

func (t TargetOf[S, C]) kind() string { return t.Kind }

func (t TargetOf[S, C]) describe() wire.TargetDescription {
	d := wire.TargetDescription{Kind: t.Kind, Summary: t.Summary, Config: schemaOf[C]()}
	for _, c := range []struct {
		has bool
		can wire.Capability
	}{
		{t.Inspect != nil, wire.CanInspect},
		{t.Read != nil, wire.CanRead},
		{t.Challenges || t.Inspect != nil && t.Read != nil, wire.CanChallenge},
		{t.Marks, wire.CanMark},
		{t.Versions != nil, wire.CanVersions},
		{t.Update != nil, wire.CanUpdate},
		{t.Retire != nil, wire.CanRetire},
		{t.InspectMany != nil, wire.CanList},
		{t.Diagnose != nil, wire.CanDiagnose},
		{t.References != nil, wire.CanRefer},
	} {
		if c.has {
			d.Capabilities = append(d.Capabilities, c.can)
		}
	}
	if t.Check == nil && !config.HasAddress(reflect.TypeFor[C]()) {
		panic("sdk: target " + t.Kind + " has neither a Check nor a key with the option identity")
	}
	return d
}

func (t TargetOf[S, C]) permissions() []Permission { return permissionsOf[C]() }

func (t TargetOf[S, C]) bind(s S) boundTarget { return &bound[S, C]{t, s} }
