// Package redact masks secret values in text that leaves the process: what a plugin
// wrote to standard error, the head of its panic, the message of a store, and all
// that sz itself prints.
//
// It is the net, not the floor: nothing of ours puts a value into a text in the
// first place. The forms in which a value is known are in forms.go, how they are found
// in index.go, and what of a stream must be held back in writer.go.
//
// Next: core/pluginhost, which passes all foreign text through it.
package redact

import (
	"sync"

	"github.com/secretzero/sz/sdk/secret"
)

// The shortest values that are masked: a shorter one occurs by chance in ordinary
// text, and masking it would tell where.
const (
	minForeign = 8  // in the text of plugins and stores
	minOwn     = 16 // in everything, and only of values that sz made
)

// Masker knows the values that are live. The zero Masker knows none. It is safe
// for concurrent use.
type Masker struct {
	mu    sync.RWMutex
	known index
}

// Add makes every scalar of p known, for the text of others: it may be a value that
// somebody chose, and stand in our own words by chance.
func (m *Masker) Add(p secret.Payload) { m.add(p, false) }

// AddMade makes every scalar of a value known that sz made itself. What is long
// enough among them stands in no text by chance.
func (m *Masker) AddMade(p secret.Payload) { m.add(p, true) }

func (m *Masker) add(p secret.Payload, made bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.Walk(func(v secret.Value) {
		if v.Len() < minForeign {
			return
		}
		for _, form := range forms(v.Expose()) {
			m.known.add(form, made && v.Len() >= minOwn)
		}
	})
}

// Text returns the text of a plugin or a store with every known value masked, in
// whichever common encoding it stands there.
func (m *Masker) Text(s string) string {
	if m == nil || s == "" {
		return s
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	masked, _ := m.known.mask([]byte(s), scan{last: true})
	return string(masked)
}
