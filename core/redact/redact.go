// Package redact masks secret values in text that leaves the process: what a
// plugin wrote to standard error, the head of its panic, the message of a store.
//
// It is the net, not the floor: nothing of ours puts a value into a text in the
// first place. Next: core/pluginhost, which passes all foreign text through it.
package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/secretzero/sz/sdk/secret"
)

// minLength is the shortest value that is masked: a shorter one occurs by chance
// in ordinary text, and masking it would tell where.
const minLength = 8

// Masker knows the values that are live. The zero Masker knows none. It is safe
// for concurrent use.
type Masker struct {
	mu       sync.RWMutex
	patterns []string
	replacer *strings.Replacer
}

// Add makes every scalar of p known.
func (m *Masker) Add(p secret.Payload) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.Walk(func(v secret.Value) {
		if v.Len() >= minLength {
			m.patterns = append(m.patterns, forms(v.Expose())...)
		}
	})
	m.replacer = nil
}

// Text returns s with every known value masked, in whichever common encoding it
// stands there.
func (m *Masker) Text(s string) string {
	if m == nil || s == "" {
		return s
	}
	return m.current().Replace(s)
}

func (m *Masker) current() *strings.Replacer {
	m.mu.RLock()
	r := m.replacer
	m.mu.RUnlock()
	if r != nil {
		return r
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	// The longest first: a replacer takes the first pattern that fits.
	slices.SortFunc(m.patterns, func(a, b string) int { return len(b) - len(a) })
	m.patterns = slices.Compact(m.patterns)
	pairs := make([]string, 0, 2*len(m.patterns))
	for _, p := range m.patterns {
		pairs = append(pairs, p, secret.Mask)
	}
	m.replacer = strings.NewReplacer(pairs...)
	return m.replacer
}

// forms are the ways in which value may stand in a text.
func forms(value []byte) []string {
	text := string(value)
	list := []string{text, url.QueryEscape(text), url.PathEscape(text), hex.EncodeToString(value), strings.ToUpper(hex.EncodeToString(value))}
	if quoted, err := json.Marshal(text); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	for shift := range 3 {
		// In a longer text the value may start at any of three offsets of the
		// encoding; the characters that also encode its neighbours are left out.
		padded := append(make([]byte, shift), value...)
		whole := len(padded) / 3 * 3
		skip := (shift*8 + 5) / 6
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if encoded := encoding.EncodeToString(padded[:whole]); len(encoded) > skip+minLength {
				list = append(list, encoded[skip:])
			}
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return len(s) < minLength })
}
