// Package chi tells tests whether counts are uniform. It has its own package
// because the tests of internal/draw, internal/password and internal/text share it.
package chi

import "math"

// Uniform reports whether counts, of which each was equally likely, look so. A
// uniform source fails it with a probability under 1e-9.
func Uniform(counts []int) bool {
	total := 0
	for _, n := range counts {
		total += n
	}
	expected, sum := float64(total)/float64(len(counts)), 0.0
	for _, n := range counts {
		sum += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	// Wilson and Hilferty: the cube root of chi-squared over its degrees of freedom
	// is close to normal.
	freedom := float64(len(counts) - 1)
	spread := 2 / (9 * freedom)
	return (math.Cbrt(sum/freedom)-(1-spread))/math.Sqrt(spread) < 6.5
}
