package uuid

import (
	"bytes"
	"context"
	"encoding/hex"
	"regexp"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
)

// TestKnownAnswers are the examples of RFC 9562, appendix A: the random bits are
// those of the examples.
func TestKnownAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		bits    string
		version byte
		at      time.Time
		want    string
	}{
		"version 4": {bits: "919108f752d1f320dbacf847db4148a8", version: 4, want: "919108f7-52d1-4320-9bac-f847db4148a8"},
		"version 7": {bits: "ffffffffffff0cc3d8c4dc0c0c07398f", version: 7, at: time.Date(2022, 2, 22, 19, 22, 22, 0, time.UTC), want: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"},
	} {
		t.Run(name, func(t *testing.T) {
			var id [16]byte
			if _, err := hex.Decode(id[:], []byte(c.bits)); err != nil {
				t.Fatal(err)
			}
			if c.version == 7 {
				setTime(&id, c.at)
			}
			setVersion(&id, c.version)
			if got := string(text(id)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

var forms = map[int64]*regexp.Regexp{
	4: regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
	7: regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
}

func made(t *testing.T, version int64) []byte {
	t.Helper()
	payload, err := generate(context.Background(), Config{Version: version})
	if err != nil || !forms[version].Match(payload.Scalar().Expose()) {
		t.Fatalf("no uuid of version %d (%v)", version, err)
	}
	return payload.Scalar().Expose()
}

// TestRandomBitsAreUniform counts how often each bit that is left to chance is set,
// over more than a million of them.
func TestRandomBitsAreUniform(t *testing.T) {
	for version, bits := range map[int64]int{4: 122, 7: 74} {
		set := [128]int{}
		const draws = 16_384
		for range draws {
			raw, _ := hex.DecodeString(string(bytes.ReplaceAll(made(t, version), []byte("-"), nil)))
			for i := range 128 {
				set[i] += int(raw[i/8]>>(7-i%8)) & 1
			}
		}
		random := 0
		for i, n := range set {
			fixed := i >= 48 && i < 52 || i == 64 || i == 65 || version == 7 && i < 48
			if fixed {
				continue
			}
			random++
			if !chi.Uniform([]int{n, draws - n}) {
				t.Errorf("version %d: bit %d is set %d times of %d", version, i, n, draws)
			}
		}
		if random != bits {
			t.Errorf("version %d: %d bits looked at, want %d", version, random, bits)
		}
	}
}

func TestVersion7SortsByTime(t *testing.T) {
	var earlier, later [16]byte
	now := time.Now()
	setTime(&earlier, now)
	setTime(&later, now.Add(time.Millisecond))
	if bytes.Compare(text(earlier), text(later)) >= 0 {
		t.Error("a later one sorts first")
	}
}

func TestOtherVersionsAreRefused(t *testing.T) {
	for version, bits := range map[int64]float64{4: 122, 7: 74, 1: 0, 5: 0, 0: 0} {
		if got, err := check(Config{Version: version}); got != bits || (err != nil) != (bits == 0) {
			t.Errorf("version %d: %v bits, %v", version, got, err)
		}
	}
}
