// Package state is what the plugin remembers on this machine, in the user's own
// state directory: for each place, which write put a value there, and a keyed
// digest of the value with which a later look tells whether it was edited. The
// key is made here and stays here; nothing of this travels. The digests are in
// mac.go, the file in file.go.
//
// A write is remembered in two steps, around the one that counts: before the file
// is replaced as intended, and after it as written. Whoever is killed between the
// two leaves an intention, and the content of the file tells whether it came true.
//
// Next: internal/target, which asks.
package state

import (
	"crypto/rand"
	"encoding/hex"
	"os"

	"github.com/secretzero/sz/sdk/secret"
)

// Store is the state of one project, locked from [Open] or [Look] to [Store.Close].
type Store struct {
	path    string
	lock    *os.File // nil when there is nothing to lock yet
	content content
}

type content struct {
	Key    string            `json:"key"`
	Places map[string]record `json:"places"` // by address
	Made   map[string]bool   `json:"made"`   // files that did not exist before us
}

type record struct {
	Written  *Entry `json:"written,omitempty"`
	Intended *Entry `json:"intended,omitempty"`
}

// Entry is one write.
type Entry struct {
	Revision  string   `json:"revision"`
	Operation string   `json:"operation"`
	Owner     string   `json:"owner"`
	Format    string   `json:"format"`
	Keys      []string `json:"keys"`
	Spread    bool     `json:"spread"`
	MAC       string   `json:"mac"`
	// Types are those of values that the file holds as text, by key.
	Types map[string]string `json:"types,omitempty"`
}

// Find is which write put the value p at an address, and whether it is still the
// value there; known is false when nothing is remembered of the address.
func (s *Store) Find(address string, p secret.Payload) (e Entry, known, same bool) {
	r := s.content.Places[address]
	if r.Intended != nil && s.same(*r.Intended, address, p) {
		return *r.Intended, true, true
	}
	if r.Written == nil {
		return Entry{}, false, false
	}
	return *r.Written, true, s.same(*r.Written, address, p)
}

// Last is the last write that is remembered of an address, to find out where its
// value would be.
func (s *Store) Last(address string) (Entry, bool) {
	r := s.content.Places[address]
	switch {
	case r.Written != nil:
		return *r.Written, true
	case r.Intended != nil:
		return *r.Intended, true
	}
	return Entry{}, false
}

// Intend remembers that p is about to be written, and gives the write a revision.
func (s *Store) Intend(address string, e Entry, p secret.Payload) (revision string, err error) {
	id := make([]byte, 12)
	_, _ = rand.Read(id)
	e.Revision = hex.EncodeToString(id)
	e.MAC = s.mac(address, p)
	r := s.content.Places[address]
	r.Intended = &e
	s.content.Places[address] = r
	return e.Revision, s.save()
}

// Settle remembers that what was intended is written.
func (s *Store) Settle(address string) error {
	r := s.content.Places[address]
	if r.Intended == nil {
		return nil
	}
	s.content.Places[address] = record{Written: r.Intended}
	return s.save()
}

// Forget removes all that is remembered of an address.
func (s *Store) Forget(address string) error {
	delete(s.content.Places, address)
	return s.save()
}

// Made reports whether a file did not exist before its first write.
func (s *Store) Made(file string) bool { return s.content.Made[file] }

// SetMade remembers, with the next change, whether a file is of our making.
func (s *Store) SetMade(file string, made bool) {
	if made {
		s.content.Made[file] = true
	} else {
		delete(s.content.Made, file)
	}
}
