package wire

import (
	"time"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// TargetRef names a place. Config is null for a place that the Secretfile no
// longer names.
type TargetRef struct {
	Kind    string
	Address string
	Config  schema.Value
	Fields  []string // of a structured secret that the place receives as a whole
	// RotationPeriod is how long a value there should live; 0 when nothing is said.
	RotationPeriod time.Duration
}

// Mark is how a store remembers what sz wrote. The zero Mark is none.
type Mark struct {
	Owner      string // PROJECT.ID/ENVIRONMENT/SECRET
	Operation  string // the id of the operation that made the value
	Previous   string // the operation before it at this address
	Definition string // a digest of the definition as written, without any value
	Origin     string // Adopted when the value was there before us; else empty
}

// Adopted is the origin of a value that was there before us.
const Adopted = "adopted"

// IsZero reports that there is no mark.
func (m Mark) IsZero() bool { return m == Mark{} }

// Receipt is what a plugin remembers of a write. The host keeps it unread but
// for Revision, which matches [A-Za-z0-9._:-]{1,128}. The zero Receipt is none.
type Receipt struct {
	Version  uint32
	Revision string
	Data     map[string]string
}

// IsZero reports that there is no receipt.
func (r Receipt) IsZero() bool { return r.Revision == "" && r.Version == 0 && len(r.Data) == 0 }

// CheckItem is one target as the Secretfile states it.
type CheckItem struct {
	Kind   string
	Config schema.Value
	Secret string   // the secret's name, for a default name only
	Field  string   // set when the target receives one field
	Fields []string // the names of a structured secret's fields, in order
	// RotationPeriod is how long a value there should live; 0 when nothing is said.
	RotationPeriod time.Duration
}

// CheckResult says where a target is.
type CheckResult struct {
	Address     string   // canonical: equal addresses are the same place
	Claims      []string // the places taken up, when more or other than Address
	Throttle    Throttle
	MaxValue    int  // the most bytes of a value; 0 when nothing is said
	MaxMark     int  // the most bytes of one text of a mark; 0 when nothing is said
	Unmarked    bool // the place carries no mark, although its kind could
	Diagnostics []Diagnostic
}

// Throttle is a limit that all writers of a scope share. Zero fields are no
// limit.
type Throttle struct {
	Scope     string
	Burst     int
	PerSecond float64
	InFlight  int
}

// InspectItem is one address to look at.
type InspectItem struct {
	Target        TargetRef
	Receipt       Receipt
	CompareValue  bool
	CompareFields []string
}

// Presence is whether something is at an address.
type Presence int

// The presences, with the numbers that they have on the wire. The zero Presence
// is no answer and counts as Unknown.
const (
	Absent Presence = iota + 1
	Present
	Disabled
	Deleted
	Changing
	Unknown
)

// ReceiptMatch is whether what is stored is what a receipt tells of.
type ReceiptMatch int

// The matches, with the numbers that they have on the wire. The zero match
// counts as CannotTell.
const (
	Matches ReceiptMatch = iota + 1
	Differs
	CannotTell
)

// State is what is at an address.
type State struct {
	Presence         Presence
	Mark             Mark
	Match            ReceiptMatch
	Receipt          Receipt // what a write of the present state would have returned
	MetadataDiffers  []string
	Comparison       []byte
	FieldComparisons map[string][]byte
	Deletion         Deletion
	RetryAt          time.Time
	StoreTime        time.Time
	Unreadable       bool // the value is there and this identity may not read it
	Diagnostics      []Diagnostic
}

// Deletion tells of a deleted value that still holds its name.
type Deletion struct {
	Recoverable bool
	Purgeable   bool
	Until       time.Time
}

// ReadReason is the action of the plan that a read is part of.
type ReadReason int

// The reasons, with the numbers that they have on the wire.
const (
	ReadForCopy ReadReason = iota + 1
	ReadForAdopt
	ReadForAccept
	ReadForSource
	ReadForReplaceFields
)

// ReadItem asks for one value: what Receipt tells of, or the latest without one.
type ReadItem struct {
	Target  TargetRef
	Receipt Receipt
	Reason  ReadReason
}

// ReadResult is one value.
type ReadResult struct {
	Payload secret.Payload
	Mark    Mark
	Receipt Receipt
}

// Expectation is what must be at an address for a write to go ahead: nothing,
// what Receipt tells of, or a deleted value.
type Expectation struct {
	Absent  bool
	Deleted bool
	Receipt Receipt
	Recheck bool // look again even where a create would be safe without
}

// WriteItem is one value to store.
type WriteItem struct {
	Target  TargetRef
	Mark    Mark
	Payload secret.Payload
	Expect  Expectation
}

// Outcome is what became of a change.
type Outcome int

// The outcomes, with the numbers that they have on the wire. The zero outcome
// is no answer and counts as OutcomeUnknown.
const (
	Applied Outcome = iota + 1
	Unchanged
	NotApplied
	OutcomeUnknown
)

// WriteResult is what became of one write.
type WriteResult struct {
	Outcome     Outcome
	Receipt     Receipt
	Diagnostics []Diagnostic
	RetryAt     time.Time
}

// UpdateItem changes what is around a value.
type UpdateItem struct {
	Target  TargetRef
	Mark    Mark
	Expect  Receipt
	Recover bool // bring back what was deleted first
}

// RetireMode is how far a retirement goes.
type RetireMode int

// The modes, with the numbers that they have on the wire.
const (
	RetireDisable RetireMode = iota + 1
	RetireDelete
	RetirePurge
	RetireUnmark
)

// RetireItem retires a secret, or one of its versions when Revision is set.
type RetireItem struct {
	Target   TargetRef
	Revision string
	Mode     RetireMode
	Mark     Mark
	Grace    time.Duration
}

// Version is one version of a secret without its value.
type Version struct {
	Revision string
	Mark     Mark
	Enabled  bool
	Created  time.Time
	Expires  time.Time
}
