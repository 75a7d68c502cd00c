// Package strength judges how hard a random value is to guess. The kinds of value
// that it judges are internal/password and internal/text.
package strength

import (
	"fmt"
	"math"
	"math/big"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// The limits, in bits: a warning under the first, an error under the second.
const (
	Weak    = 64
	TooWeak = 32
)

// Bits is the base-2 logarithm of the number of values possible.
func Bits(count *big.Int) float64 {
	if count.Sign() <= 0 {
		return 0
	}
	shift := max(0, count.BitLen()-53)
	mantissa, _ := new(big.Float).SetInt(new(big.Int).Rsh(count, uint(shift))).Float64()
	return math.Log2(mantissa) + float64(shift)
}

// Judge says whether a value of so many bits will do; key is the setting that makes
// it stronger, and advice says how. Who allows a weak value has been told once and
// is not told again.
func Judge(bits float64, allowWeak bool, key, advice string) error {
	e := &sdk.Error{Class: sdk.InvalidConfig, Code: "weak", Path: schema.Keys(key), Hint: advice}
	switch {
	case allowWeak || bits >= Weak:
		return nil
	case bits >= TooWeak:
		e.Warning = true
		e.Summary = fmt.Sprintf("a value of %.0f bits is weak; %d or more is good", bits, Weak)
	default:
		e.Summary = fmt.Sprintf("a value of %.0f bits can be guessed; %d is the least", bits, TooWeak)
		e.Hint += "; allow_weak: true allows it"
	}
	return e
}

// Longer is the advice for a value of drawn characters.
const Longer = "make it longer, or allow more characters"
