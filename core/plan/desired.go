package plan

import (
	"slices"
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/graph"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Desired is what the Secretfile wants, resolved and checked.
type Desired struct {
	Project string
	// Named means that the Secretfile names its project. Without a name a mark
	// alone proves nothing: every unnamed project is called "default".
	Named       bool
	Environment string // "-" for none
	Providers   []Provider
	Secrets     []Secret // in the order of Graph
	Graph       *graph.Graph
	// Orphans are places that the lock file tells of and the Secretfile does not
	// want.
	Orphans []Orphan
}

// Provider is one provider instance that targets name.
type Provider struct {
	Alias  string
	Kind   string
	Config schema.Value
	Source secretfile.Value // where Config was written
	Range  diag.Range
}

// Secret is one secret as it should be.
type Secret struct {
	Name       string
	Kind       string // a generator kind or templates.NAME, for people
	Definition string // a digest of the definition as written, without any value
	Parts      []Part
	Structured bool // the parts are fields of one object
	Targets    []Target
	OneTime    bool
	// Local means that the value belongs to this machine.
	Local bool
	// Adopt takes what lies at the targets for the value.
	Adopt          bool
	PreventDestroy bool
	Description    string
	ProcessTags    schema.Value
	// Source is where the value comes from instead of being made; nil for none.
	Source *secretfile.Source
	// Read is the place where Source reads, when that is one of a provider's.
	Read *Read
	// RotationPeriod is how long a value should live; 0 means that nothing is said.
	RotationPeriod time.Duration
	// Overlap is how long a replaced value stays valid.
	Overlap time.Duration
	Range   diag.Range
}

// Read is a place that sz does not write, and from which a value comes.
type Read struct {
	Target   Target
	Field    string // of the object there; empty for all that is there
	Required bool   // else the secret's own kind makes a value while nothing is there
}

// Places are all places that have to do with a secret: its targets, and where it is read.
func (s Secret) Places() []Target {
	if s.Read == nil {
		return s.Targets
	}
	return append(slices.Clip(s.Targets), s.Read.Target)
}

// Part is one value of a secret: the whole of it, or one field.
type Part struct {
	Field  string // empty for the whole secret
	Kind   string
	Config schema.Value // of a generator, complete with defaults
	// Stated is the value that the Secretfile itself states; nil means that a
	// generator makes it.
	Stated *secret.Payload
	// Pieces are what the value is built of when it reads other secrets.
	Pieces []secretfile.Piece
	// Fields are the fields of what a structured kind makes; none for a single value.
	Fields []string
	// Files are the files of the project that the configuration names, as they were
	// when the Secretfile was read.
	Files []File
	// Otherwise means that a generator makes the value where nothing is there to be read.
	Otherwise bool
	// Missing means that a value should have been stated and was not.
	Missing bool
	Source  secretfile.Value // where Config was written
	Range   diag.Range
}

// File is a file of the project.
type File struct {
	Path string // as the configuration has it
	Data []byte
}

// Target is one place where a secret should be.
type Target struct {
	Address  Address
	Provider string // the alias, for people and to find the process
	Config   schema.Value
	Field    string // set when the target receives one field
	Can      Capabilities
	Source   secretfile.Value // where Config was written
	Range    diag.Range
}

// Capabilities are what a kind of target can do, as far as decisions depend on it.
type Capabilities struct {
	Inspect, Read, Challenge, Marks, Update, Retire, Versions bool
}

// Address is where a target is: equal addresses are the same place, whatever
// provider alias leads there.
type Address struct {
	Kind  string
	Place string // canonical, from the plugin
}

// String is KIND:PLACE, as people see and type it.
func (a Address) String() string { return a.Kind + ":" + a.Place }

// Stated reports whether the Secretfile states every part.
func (s Secret) Stated() bool {
	for _, p := range s.Parts {
		if p.Stated == nil {
			return false
		}
	}
	return true
}

// statedFields are the fields of a structured secret that the Secretfile states.
func (s Secret) statedFields() []string {
	var names []string
	for _, p := range s.Parts {
		if p.Field != "" && p.Stated != nil {
			names = append(names, p.Field)
		}
	}
	return names
}

// Compare says what a target should be compared with to know whether the stated
// values are there: the whole value, some fields, or nothing.
func (s Secret) Compare(t Target) (whole bool, fields []string) {
	switch {
	case !t.Can.Challenge:
		return false, nil
	case t.Field != "":
		for _, p := range s.Parts {
			if p.Field == t.Field {
				return p.Stated != nil, nil
			}
		}
		return false, nil
	case !s.Structured:
		return s.Stated(), nil
	default:
		return false, s.statedFields()
	}
}

// Generated reports that a plugin makes the part's value.
func (p Part) Generated() bool { return p.Stated == nil && p.Pieces == nil && !p.Missing }

// MayBeGenerated reports that a plugin makes the part's value, or does where nothing is
// there to be read.
func (p Part) MayBeGenerated() bool { return p.Generated() || p.Otherwise }

// Object reports that the value is an object of known fields: those of a template, or
// of a structured kind.
func (s Secret) Object() bool { return s.Structured || len(s.Parts) == 1 && len(s.Parts[0].Fields) > 0 }

// FieldsAt are the names of the fields that a target receives as a whole, in
// order; none where it receives a single value.
func (s Secret) FieldsAt(t Target) []string {
	if t.Field != "" {
		return nil
	}
	var names []string
	for _, p := range s.Parts {
		if p.Field != "" {
			names = append(names, p.Field)
		} else {
			names = append(names, p.Fields...)
		}
	}
	return names
}
