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
	Weak     = 64
	TooWeak  = 32
	advice   = "make it longer, or allow more characters"
	override = "; allow_weak: true allows it"
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

// Judge says whether a value of so many bits will do. Who allows a weak value has
// been told once and is not told again.
func Judge(bits float64, allowWeak bool) error {
	switch {
	case bits < TooWeak && !allowWeak:
		return &sdk.Error{
			Class: sdk.InvalidConfig, Code: "weak", Path: schema.Keys("length"),
			Summary: fmt.Sprintf("a value of %.0f bits can be guessed; %d is the least", bits, TooWeak), Hint: advice + override,
		}
	case bits < Weak && !allowWeak:
		return &sdk.Error{
			Warning: true, Class: sdk.InvalidConfig, Code: "weak", Path: schema.Keys("length"),
			Summary: fmt.Sprintf("a value of %.0f bits is weak; %d or more is good", bits, Weak), Hint: advice,
		}
	}
	return nil
}
