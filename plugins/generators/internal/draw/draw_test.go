package draw

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
)

// draws is how many each test of uniformity looks at.
const draws = 1_000_000

func TestBelowIsUniform(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 64, 66, 100, 255, 256, 257} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			counts := make([]int, n)
			source := &Source{}
			for range draws {
				counts[source.Below(n)]++
			}
			if n > 1 && !chi.Uniform(counts) {
				t.Error("not uniform")
			}
		})
	}
}

// TestNoModuloBias draws from a range for which a plain remainder of 32 bits
// would fall into the lower half twice as often as into the upper.
func TestNoModuloBias(t *testing.T) {
	const n = 3 << 30
	counts := make([]int, 3)
	source := &Source{}
	for range draws {
		counts[source.Below(n)>>30]++
	}
	if !chi.Uniform(counts) {
		t.Errorf("thirds of the range drawn %v times", counts)
	}
}

func TestBelowBigIsUniform(t *testing.T) {
	counts := make([]int, 5)
	source := &Source{}
	for range draws {
		counts[source.BelowBig(big.NewInt(5)).Int64()]++
	}
	if !chi.Uniform(counts) {
		t.Errorf("drawn %v times", counts)
	}
}

func TestEveryOrderIsEquallyLikely(t *testing.T) {
	seen := map[[4]int]int{}
	source := &Source{}
	for range draws {
		order := [4]int{0, 1, 2, 3}
		source.Shuffle(4, func(i, j int) { order[i], order[j] = order[j], order[i] })
		seen[order]++
	}
	var counts []int
	for _, n := range seen {
		counts = append(counts, n)
	}
	if len(counts) != 24 || !chi.Uniform(counts) {
		t.Errorf("orders drawn %v times", counts)
	}
}

func TestBelowNothingPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	(&Source{}).Below(0)
}
