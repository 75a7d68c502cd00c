package syntax

import (
	"math/big"
	"strings"
)

// Decimal is a number as a file has it as a JSON number: without a plus sign, leading zeros
// or another base.
func Decimal(source string) string {
	text := strings.TrimPrefix(source, "+")
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0o") {
		if n, ok := new(big.Int).SetString(text, 0); ok {
			return n.String()
		}
	}
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	whole, rest := text, ""
	if i := strings.IndexAny(text, ".eE"); i >= 0 {
		whole, rest = text[:i], text[i:]
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction, exponent, ok := strings.Cut(rest, "."); ok && fraction == "" {
		digits := exponent
		tail := ""
		if i := strings.IndexAny(exponent, "eE"); i >= 0 {
			digits, tail = exponent[:i], exponent[i:]
		}
		if digits == "" {
			digits = "0"
		}
		rest = "." + digits + tail
	}
	return sign + whole + rest
}

// IsNumber reports whether a text is a number in a file.
func IsNumber(text string) bool { return numberForm.MatchString(text) }

// IsBool reports whether a text is true or false in a file.
func IsBool(text string) bool { return boolForm.MatchString(text) }
