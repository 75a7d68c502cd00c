// Package secret holds values that cannot print themselves.
//
// A [Value] is one secret text or byte string; a [Payload] is what a secret is
// made of: one value, or ordered, typed fields. Both mask themselves in fmt,
// log/slog and encoding/json, by value and by pointer, exported field or not.
// The bytes leave only through [Value.Expose], so one search finds every place
// where a secret is looked at.
//
// Next: sdk/wire, which carries payloads between a plugin and the host.
package secret

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Mask is what every formatter prints in place of a secret.
const Mask = "(sealed)"

// Value is an immutable secret. The zero Value is empty. It is safe for
// concurrent use until [Value.Destroy].
//
// The bytes stay behind a pointer because fmt reaches into unexported fields of
// an enclosing struct, where it cannot call methods: it prints the pointer then.
type Value struct{ held *held }

type held struct{ bytes []byte }

// New takes ownership of b: the caller must not touch it afterwards.
func New(b []byte) Value { return Value{&held{b}} }

// FromString copies text into a Value.
func FromString(text string) Value { return New([]byte(text)) }

// Expose returns the secret bytes themselves, not a copy. The caller must not
// change or keep them.
func (v Value) Expose() []byte {
	if v.held == nil {
		return nil
	}
	return v.held.bytes
}

// Len is the number of bytes.
func (v Value) Len() int { return len(v.Expose()) }

// Equal compares in time that depends on the lengths only.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare(v.Expose(), other.Expose()) == 1
}

// Clone returns a Value with its own copy of the bytes.
func (v Value) Clone() Value { return New(bytes.Clone(v.Expose())) }

// Destroy overwrites the bytes. Every copy of v sees zeros from then on.
func (v Value) Destroy() {
	clear(v.Expose())
}

// String returns [Mask].
func (v Value) String() string { return Mask }

// GoString returns [Mask].
func (v Value) GoString() string { return Mask }

// Format writes [Mask] for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// LogValue returns [Mask].
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }

// MarshalJSON returns [Mask] as a JSON string.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Mask + `"`), nil }

// MarshalText returns [Mask].
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// Reader reads the secret bytes, for what sends or stores them.
func (v Value) Reader() *bytes.Reader { return bytes.NewReader(v.Expose()) }
