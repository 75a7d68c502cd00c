package chi

import (
	"math/rand/v2"
	"testing"
)

// drawn counts a million draws of 100 numbers, of which the first is likelier by
// part than the others.
func drawn(part float64) []int {
	random := rand.New(rand.NewPCG(1, 2))
	counts := make([]int, 100)
	for range 1_000_000 {
		n := random.IntN(100)
		if n > 0 && random.Float64() < part/100 {
			n = 0
		}
		counts[n]++
	}
	return counts
}

func TestABiasIsSeen(t *testing.T) {
	if !Uniform(drawn(0)) {
		t.Error("uniform draws are taken for others")
	}
	for _, part := range []float64{0.15, 0.5, 1} {
		if Uniform(drawn(part)) {
			t.Errorf("the first of 100 numbers is likelier by %v, and that was not seen", part)
		}
	}
}

func TestWhatNeverComesIsSeen(t *testing.T) {
	if Uniform([]int{100, 100, 100, 0}) || Uniform([]int{300, 0, 0}) {
		t.Error("a number that never came was not seen")
	}
}
