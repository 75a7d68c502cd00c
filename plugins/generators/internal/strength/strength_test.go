package strength

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
)

func TestBits(t *testing.T) {
	for _, c := range []struct {
		count *big.Int
		want  float64
	}{
		{big.NewInt(0), 0},
		{big.NewInt(1), 0},
		{big.NewInt(1024), 10},
		{new(big.Int).Exp(big.NewInt(10), big.NewInt(100), nil), 100 * math.Log2(10)},
		{new(big.Int).Exp(big.NewInt(94), big.NewInt(4096), nil), 4096 * math.Log2(94)},
	} {
		if got := Bits(c.count); math.Abs(got-c.want) > 1e-9*max(1, c.want) {
			t.Errorf("%v bits, want %v", got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		bits           float64
		allow          bool
		found, warning bool
	}{
		"guessable":         {bits: 31.9, found: true},
		"guessable allowed": {bits: 31.9, allow: true},
		"weak":              {bits: 32, found: true, warning: true},
		"still weak":        {bits: 63.9, found: true, warning: true},
		"weak allowed":      {bits: 63.9, allow: true},
		"good":              {bits: 64},
	} {
		t.Run(name, func(t *testing.T) {
			d, found := errors.AsType[*sdk.Error](Judge(c.bits, c.allow, "words", "take more"))
			if found != c.found {
				t.Fatalf("found %v, want %v", found, c.found)
			}
			if found && (d.Warning != c.warning || d.Code != "weak" || d.Path.String() != "words" || !strings.HasPrefix(d.Hint, "take more")) {
				t.Errorf("warning %v, code %s, path %s, hint %s", d.Warning, d.Code, d.Path, d.Hint)
			}
		})
	}
}
