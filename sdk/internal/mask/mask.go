// Package mask finds secret values in text, in whichever common encoding they stand
// there. The log of a plugin is written through it, and the tests of plugins search
// with it.
package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/secretzero/sz/sdk/secret"
)

// shortest is the length from which a value is looked for inside other text; a
// shorter one occurs there by chance, and is masked only where it stands alone.
const shortest = 4

// Set knows some values. The zero Set knows none. Safe for concurrent use.
type Set struct {
	mu    sync.RWMutex
	whole [][]byte
	forms []string // longest first
}

// Add makes values known. Numbers and booleans that are a field of something are
// looked for like texts.
func (s *Set) Add(values ...secret.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if v.Len() > 0 {
			s.whole = append(s.whole, v.Expose())
		}
		if v.Len() >= shortest {
			s.forms = append(s.forms, Forms(v.Expose())...)
		}
	}
	slices.SortFunc(s.forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	s.forms = slices.Compact(s.forms)
}

// AddPayload makes every value in p known.
func (s *Set) AddPayload(p secret.Payload) {
	var values []secret.Value
	p.Walk(func(v secret.Value) { values = append(values, v) })
	s.Add(values...)
}

// Text is text with every known value masked.
func (s *Set) Text(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.whole {
		if text == string(v) {
			return secret.Mask
		}
	}
	for _, form := range s.forms {
		text = strings.ReplaceAll(text, form, secret.Mask)
	}
	return text
}

// Holds reports whether a known value of four bytes or more stands in data.
func (s *Set) Holds(data []byte) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, form := range s.forms {
		if bytes.Contains(data, []byte(form)) {
			return true
		}
	}
	return false
}

// Forms are the ways in which value may stand in a text: raw, in hexadecimal, for
// URLs, as JSON, and in base64 at each of its three offsets. Forms shorter than four
// bytes are left out.
func Forms(value []byte) []string {
	text := string(value)
	digits := hex.EncodeToString(value)
	list := []string{text, url.QueryEscape(text), url.PathEscape(text), digits, strings.ToUpper(digits)}
	if quoted, err := json.Marshal(text); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	for offset := range 3 {
		list = append(list, base64At(value, offset)...)
	}
	return slices.DeleteFunc(list, func(form string) bool { return len(form) < shortest })
}

// base64At is value as it stands in the base64 of a text in which it starts at a
// byte offset, without the characters that its neighbours have a part in.
func base64At(value []byte, offset int) []string {
	shifted := append(make([]byte, offset), value...)
	whole := len(shifted) / 3 * 3
	own := (offset*8 + 5) / 6
	var list []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if encoded := encoding.EncodeToString(shifted[:whole]); len(encoded) > own+shortest {
			list = append(list, encoded[own:])
		}
	}
	return list
}
