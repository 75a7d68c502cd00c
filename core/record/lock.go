package record

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Format is the version of the lock file that this package writes.
const Format = 1

// Lock is the content of a lock file.
type Lock struct {
	Project     string
	ID          string // random, made at the first apply
	Environment string // "-" for none
	Secrets     map[string]Secret
	Targets     map[string]Target // by address
	// Begun is what an apply that did not finish was at work on, by secret. It is in the
	// journal alone.
	Begun map[string]Intent

	changed []journalLine // since it was last taken, for the journal
}

// Secret is one line for a secret.
type Secret struct {
	Name       string    `json:"secret"`
	Operation  string    `json:"op"`
	N          uint64    `json:"n"`
	Created    time.Time `json:"created"`
	Rotated    time.Time `json:"rotated"`
	Definition string    `json:"definition"`
	// PreventDestroy holds also after the secret is gone from the Secretfile.
	PreventDestroy bool `json:"prevent_destroy,omitempty"`
	// Inputs are the operations of the secrets that the value was built of, and Text
	// a digest of what the Secretfile says around them.
	Inputs map[string]string `json:"inputs,omitempty"`
	Text   string            `json:"text,omitempty"`
}

// Target is one line for a write. It is whole in itself, so that no merge can mix
// two writes.
type Target struct {
	Address   string            `json:"target"` // KIND:PLACE
	Kind      string            `json:"kind"`
	Secret    string            `json:"secret"`
	Operation string            `json:"op"`
	Revision  string            `json:"revision"`
	Version   uint32            `json:"receipt"`
	Written   time.Time         `json:"written"`
	Data      map[string]string `json:"data,omitempty"`
	Origin    string            `json:"origin,omitempty"` // adopted, when the value was there before us
	// Retiring are the versions that it replaced and that are not retired yet.
	Retiring []Retirement `json:"retiring,omitempty"`
}

// Retirement is an earlier version that is made useless when it is due.
type Retirement struct {
	Revision  string    `json:"revision"`
	Operation string    `json:"op"`
	Due       time.Time `json:"due"`
}

// New is an empty lock for a project that has not been applied.
func New(project, environment string) *Lock {
	return &Lock{Project: project, Environment: environment, Secrets: map[string]Secret{}, Targets: map[string]Target{}}
}

// Clone is a copy whose maps are its own.
func (l *Lock) Clone() *Lock {
	c := *l
	c.Secrets, c.Targets, c.Begun, c.changed = maps.Clone(l.Secrets), maps.Clone(l.Targets), maps.Clone(l.Begun), nil
	return &c
}

// PutSecret records a secret.
func (l *Lock) PutSecret(s Secret) {
	l.Secrets[s.Name] = s
	l.changed = append(l.changed, journalLine{secret: &s})
}

// PutTarget records what a target holds.
func (l *Lock) PutTarget(t Target) {
	l.Targets[t.Address] = t
	l.changed = append(l.changed, journalLine{target: &t})
}

// DropSecret forgets a secret.
func (l *Lock) DropSecret(name string) {
	if s, ok := l.Secrets[name]; ok {
		delete(l.Secrets, name)
		l.changed = append(l.changed, journalLine{forget: &forgotten{Secret: name, Operation: s.Operation}})
	}
}

// DropTarget forgets what a target holds.
func (l *Lock) DropTarget(address string) {
	if t, ok := l.Targets[address]; ok {
		delete(l.Targets, address)
		l.changed = append(l.changed, journalLine{forget: &forgotten{Target: address, Operation: t.Operation}})
	}
}

// add takes over what another lock of the same project tells. The id of the project is
// that of the first that has one.
func (l *Lock) add(other *Lock) {
	if l.ID == "" {
		l.ID = other.ID
	}
	maps.Copy(l.Secrets, other.Secrets)
	maps.Copy(l.Targets, other.Targets)
}

// split is the lock as two: without some secrets, and with nothing but them.
func (l *Lock) split(local map[string]bool) (shared, apart *Lock) {
	shared, apart = New(l.Project, l.Environment), New(l.Project, l.Environment)
	shared.ID, apart.ID = l.ID, l.ID
	of := map[bool]*Lock{false: shared, true: apart}
	for name, s := range l.Secrets {
		of[local[name]].Secrets[name] = s
	}
	for address, t := range l.Targets {
		of[local[t.Secret]].Targets[address] = t
	}
	return shared, apart
}

// Rename records a secret and its targets under another name.
func (l *Lock) Rename(from, to string) {
	s := l.Secrets[from]
	s.Name = to
	l.DropSecret(from)
	l.PutSecret(s)
	for _, t := range l.Targets {
		if t.Secret == from {
			t.Secret = to
			l.PutTarget(t)
		}
	}
}

// Document is a lock in the order of its file.
type Document struct {
	Project     string   `json:"project"`
	ID          string   `json:"id"`
	Environment string   `json:"environment"`
	Secrets     []Secret `json:"secrets"`
	Targets     []Target `json:"targets"`
}

// Document is the lock as one document.
func (l *Lock) Document() Document {
	return Document{l.Project, l.ID, l.Environment, l.sortedSecrets(), l.sortedTargets()}
}

func (l *Lock) sortedSecrets() []Secret {
	list := slices.Collect(maps.Values(l.Secrets))
	slices.SortFunc(list, func(a, b Secret) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (l *Lock) sortedTargets() []Target {
	list := slices.Collect(maps.Values(l.Targets))
	slices.SortFunc(list, func(a, b Target) int { return strings.Compare(a.Address, b.Address) })
	return list
}
