package text

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
	"github.com/secretzero/sz/sdk"
)

func generated(t *testing.T, c Config) string {
	t.Helper()
	payload, err := generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return string(payload.Scalar().Expose())
}

func TestEveryCharsetGivesItsCharacters(t *testing.T) {
	for name, alphabet := range charsets {
		text := generated(t, Config{Length: 4096, Charset: &name})
		if len(text) != 4096 {
			t.Errorf("%s: length %d", name, len(text))
		}
		for _, r := range alphabet {
			if !strings.ContainsRune(text, r) {
				t.Errorf("%s: %q never drawn in 4096", name, r)
			}
		}
		if rest := strings.Trim(text, alphabet); rest != "" {
			t.Errorf("%s: holds other characters", name)
		}
	}
}

func TestCharactersAreCountedNotBytes(t *testing.T) {
	characters := "äöüß→"
	text := generated(t, Config{Length: 100, Characters: &characters})
	if utf8.RuneCountInString(text) != 100 {
		t.Errorf("%d characters, want 100", utf8.RuneCountInString(text))
	}
}

func TestRepeatedCharactersCountOnce(t *testing.T) {
	characters := "aaab"
	if got := string((Config{Characters: &characters}).alphabet()); got != "ab" {
		t.Errorf("alphabet %q", got)
	}
	one := "aaa"
	if _, err := check(Config{Length: 100, Characters: &one}); err == nil {
		t.Error("an alphabet of one character was accepted")
	}
}

func TestDrawsAreUniform(t *testing.T) {
	name := "base32"
	seen := map[rune]int{}
	for range 256 {
		for _, r := range generated(t, Config{Length: 4096, Charset: &name}) {
			seen[r]++
		}
	}
	if len(seen) != 32 || !chi.Uniform(slices.Collect(maps.Values(seen))) {
		t.Error("not uniform")
	}
}

func TestCheck(t *testing.T) {
	hex, one, greek := "hex", "aaa", "αβγδ"
	for name, c := range map[string]struct {
		config  Config
		bits    float64
		path    string
		warning bool
	}{
		"defaults":         {config: Config{Length: 32}, bits: 32 * math.Log2(62)},
		"hex":              {config: Config{Length: 32, Charset: &hex}, bits: 128},
		"weak":             {config: Config{Length: 8, Charset: &hex}, bits: 32, path: "length", warning: true},
		"guessable":        {config: Config{Length: 7, Charset: &hex}, bits: 28, path: "length"},
		"allowed":          {config: Config{Length: 4, Charset: &hex, AllowWeak: true}, bits: 16},
		"own characters":   {config: Config{Length: 64, Characters: &greek}, bits: 128},
		"one character":    {config: Config{Length: 100, Characters: &one}, path: "characters"},
		"longest possible": {config: Config{Length: 4096}, bits: 4096 * math.Log2(62)},
	} {
		t.Run(name, func(t *testing.T) {
			bits, err := Kind().(sdk.GeneratorOf[Config]).Check(c.config)
			if math.Abs(bits-c.bits) > 1e-6 {
				t.Errorf("%v bits, want %v", bits, c.bits)
			}
			d, found := errors.AsType[*sdk.Error](err)
			if found != (c.path != "") || found && (d.Path.String() != c.path || d.Warning != c.warning) {
				t.Errorf("found %v", err)
			}
		})
	}
}

func BenchmarkTenThousand(b *testing.B) {
	for b.Loop() {
		for range 10_000 {
			_, _ = generate(context.Background(), Config{Length: 32})
		}
	}
}
