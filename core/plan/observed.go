package plan

import (
	"time"
)

// Presence is what is at an address.
type Presence int

// The presences. The zero Presence is Unknown: what was not looked at is never
// taken for absent.
const (
	Unknown Presence = iota
	Absent
	Present
	Disabled
	Deleted
	Changing
	Unobservable // the kind of target has no means to look
)

// Match is whether what is stored is what our receipt tells of.
type Match int

// The matches.
const (
	CannotTell Match = iota
	Matches
	Differs
)

// Compared is the answer to a challenge.
type Compared int

// The answers.
const (
	NotCompared Compared = iota
	Same
	Different
)

// Mark is ours, as a store gave it back.
type Mark struct {
	Owner      string
	Operation  string
	Previous   string
	Definition string
	Origin     string // Adopted when the value was there before us
}

// Adopted is the origin of a value that was there before us.
const Adopted = "adopted"

// Receipt is what a plugin remembers of a write; the host keeps it unread.
type Receipt struct {
	Version  uint32
	Revision string
	Data     map[string]string
}

// IsZero reports that there is no receipt.
func (r Receipt) IsZero() bool { return r.Revision == "" && r.Version == 0 && len(r.Data) == 0 }

// Observation is what a target says of an address.
type Observation struct {
	Presence        Presence
	Mark            Mark
	Match           Match
	Receipt         Receipt
	MetadataDiffers []string
	// Stated compares with what the Secretfile states, for the whole value under
	// the name "" or for fields by name.
	Stated  map[string]Compared
	RetryAt time.Time
	// Of a deleted value: whether it can be brought back, whether the Secretfile
	// asks to remove it for good and the store can, and when it goes by itself.
	Recoverable bool
	Purgeable   bool
	Until       time.Time
	// Unreadable means that the value is there and this identity may not read it.
	Unreadable bool
	// History are the marks of earlier and present versions, asked for where it matters;
	// see [Doubtful].
	History   []Mark
	StoreTime time.Time // by the store's own clock, zero when it tells none
	Problem   *Problem  // why the presence is unknown
}

// Problem is why something could not be found out or done.
type Problem struct {
	Class   Class
	Code    string
	Summary string
	Detail  string
	Hint    string
}

// Class is the kind of a problem, as far as exit codes depend on it.
type Class int

// The classes.
const (
	OtherProblem Class = iota
	ConfigProblem
	ProviderProblem // provider, network or authentication
	ConflictProblem
)

// Observed is what was found, by address.
type Observed map[Address]Observation
