package redact

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/secretzero/sz/sdk/secret"
)

// index finds patterns in text by their first eight bytes: at each position these are
// looked up in a filter of bits, which is almost always the end of it, and then in a
// table. So it costs the same with one value and with ten thousand, and no more memory
// than the patterns themselves. The zero index has no patterns.
type index struct {
	filter []uint64             // bits by the hash of a head
	byHead map[uint64][]pattern // the longest first
	heads  []uint64             // of the own ones, for what is shorter than a head
	sorted bool                 // heads are
}

// pattern is one form of a value.
type pattern struct {
	text string
	own  bool // masked in everything, and not in the text of others alone
}

// scan is how a text is looked at.
type scan struct {
	own  bool // for the patterns that are masked in everything alone
	last bool // nothing comes after the text
}

// headSize is how many bytes of a pattern are looked up; no pattern is shorter.
const headSize = minForeign

// filterBits is the size of the filter: with ten thousand values in fifteen forms one
// bit in thirty is set.
const filterBits = 22

func headOf(text []byte) uint64 { return binary.BigEndian.Uint64(text) }

// hash spreads the bits of a head (Knuth, The Art of Computer Programming, volume 3,
// section 6.4: multiplication by the golden ratio).
func hash(head uint64) uint64 { return head * 0x9e3779b97f4a7c15 >> (64 - filterBits) }

func (x *index) add(text string, own bool) {
	if x.byHead == nil {
		x.byHead, x.filter = map[uint64][]pattern{}, make([]uint64, 1<<filterBits/64)
	}
	head := headOf([]byte(text))
	known := x.byHead[head]
	at := slices.IndexFunc(known, func(p pattern) bool { return p.text == text })
	switch {
	case at < 0:
		known = append(known, pattern{text, own})
		slices.SortFunc(known, func(a, b pattern) int { return len(b.text) - len(a.text) })
	case own && !known[at].own:
		known[at].own = true
	default:
		return
	}
	x.byHead[head] = known
	x.filter[hash(head)/64] |= 1 << (hash(head) % 64)
	if own {
		x.heads, x.sorted = append(x.heads, head), false
	}
}

// mask is text with every pattern replaced by the mask. Unless it is the last of a
// stream, what could be the beginning of a pattern is left: rest is the length of that
// tail.
func (x *index) mask(text []byte, how scan) (masked []byte, rest int) {
	from := 0 // of what is not copied yet
	for at := 0; at < len(text); {
		n, more := x.match(text[at:], how)
		if more && !how.last {
			return append(masked, text[from:at]...), len(text) - at
		}
		if n == 0 {
			at++
			continue
		}
		masked = append(append(masked, text[from:at]...), secret.Mask...)
		at += n
		from = at
	}
	return append(masked, text[from:]...), 0
}

// match is the length of the pattern that text begins with, 0 for none; more says that
// text ends before one that it may be the beginning of, and which is longer.
func (x *index) match(text []byte, how scan) (n int, more bool) {
	if len(text) < headSize {
		return 0, !how.last && x.begins(text)
	}
	if x.filter == nil {
		return 0, false
	}
	head := headOf(text)
	if h := hash(head); x.filter[h/64]&(1<<(h%64)) == 0 {
		return 0, false
	}
	for _, p := range x.byHead[head] {
		switch {
		case how.own && !p.own:
		case len(p.text) > len(text):
			more = more || p.text[:len(text)] == string(text)
		case string(text[:len(p.text)]) == p.text:
			return len(p.text), more
		}
	}
	return 0, more
}

// begins reports that a text of fewer bytes than a head is the beginning of an own one.
func (x *index) begins(text []byte) bool {
	var padded [headSize]byte
	copy(padded[:], text)
	lowest := headOf(padded[:])
	at, _ := slices.BinarySearch(x.heads, lowest)
	return at < len(x.heads) && bits.LeadingZeros64(x.heads[at]^lowest) >= 8*len(text)
}

// settle makes the index ready for streams, after patterns were added.
func (x *index) settle() {
	if !x.sorted {
		slices.Sort(x.heads)
		x.sorted = true
	}
}
