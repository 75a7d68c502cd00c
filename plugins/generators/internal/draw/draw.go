// Package draw is uniform randomness from crypto/rand, without the bias that a
// remainder brings: a draw beyond the last whole multiple of the range is thrown
// away and drawn again.
//
// Next: internal/password and internal/text, which draw characters.
package draw

import (
	"crypto/rand"
	"encoding/binary"
	"math/big"
)

// Source draws numbers. It buffers random bytes, so one Source is not for
// concurrent use; its buffer is cleared as it is used.
type Source struct {
	buffer [512]byte
	left   []byte
}

// Below is uniform over 0 … n-1. It panics when n is not positive.
func (s *Source) Below(n int) int {
	if n <= 0 {
		panic("draw: Below of nothing")
	}
	limit := uint32(1<<32 - (1<<32)%uint64(n)) // 0 stands for 2³² exactly
	for {
		v := s.uint32()
		if limit == 0 || v < limit {
			return int(v % uint32(n))
		}
	}
}

// BelowBig is uniform over 0 … n-1 for numbers of any size.
func (s *Source) BelowBig(n *big.Int) *big.Int {
	v, err := rand.Int(rand.Reader, n)
	if err != nil {
		panic(err) // crypto/rand does not fail: see its documentation
	}
	return v
}

func (s *Source) uint32() uint32 {
	if len(s.left) < 4 {
		_, _ = rand.Read(s.buffer[:])
		s.left = s.buffer[:]
	}
	v := binary.LittleEndian.Uint32(s.left)
	clear(s.left[:4])
	s.left = s.left[4:]
	return v
}

// Shuffle puts n things into a uniformly random order by swapping.
func (s *Source) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.Below(i+1))
	}
}
