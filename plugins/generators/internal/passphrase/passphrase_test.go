package passphrase

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
	"github.com/secretzero/sz/sdk"
)

// published is the SHA-256 of https://www.eff.org/files/2016/07/18/eff_large_wordlist.txt.
const published = "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e"

// TestTheListIsTheOneThatWasPublished puts the dice numbers back: five dice, counted
// up from 11111 to 66666.
func TestTheListIsTheOneThatWasPublished(t *testing.T) {
	sum := sha256.New()
	for i, word := range words() {
		fmt.Fprintf(sum, "%d%d%d%d%d\t%s\n", 1+i/1296, 1+i/216%6, 1+i/36%6, 1+i/6%6, 1+i%6, word)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != published || len(words()) != 7776 {
		t.Errorf("%d words with the sum %s", len(words()), got)
	}
}

// TestNoWordBeginsWithAnother is what makes every passphrase a different one,
// whatever stands between its words.
func TestNoWordBeginsWithAnother(t *testing.T) {
	sorted := slices.SortedFunc(slices.Values(words()), bytes.Compare)
	for i := range len(sorted) - 1 {
		if bytes.HasPrefix(sorted[i+1], sorted[i]) {
			t.Errorf("%s begins with %s", sorted[i+1], sorted[i])
		}
	}
	for _, word := range sorted {
		if word[0] < 'a' || word[0] > 'z' {
			t.Errorf("%s does not begin with a small letter", word)
		}
	}
}

func made(t *testing.T, c Config) string {
	t.Helper()
	payload, err := generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return string(payload.Scalar().Expose())
}

func TestPassphrasesAreAsConfigured(t *testing.T) {
	known := map[string]bool{}
	for _, word := range words() {
		known[string(word)] = true
	}
	for range 200 {
		parts := strings.Split(made(t, Config{Words: 7, Separator: " / "}), " / ")
		if len(parts) != 7 || slices.ContainsFunc(parts, func(word string) bool { return !known[word] }) {
			t.Fatalf("%d words, or some that are not in the list", len(parts))
		}
		for _, word := range strings.Split(made(t, Config{Words: 3, Separator: "\n", Capitalize: true}), "\n") {
			if !known[strings.ToLower(word)] || strings.ToUpper(word[:1]) != word[:1] {
				t.Fatal("a word is not in the list, or has no capital letter")
			}
		}
	}
	if text := made(t, Config{Words: 1, Separator: "-"}); !known[text] {
		t.Error("one word is not one word")
	}
}

func TestWordsAreUniform(t *testing.T) {
	seen := map[string]int{}
	for range 20_000 {
		for _, word := range strings.Split(made(t, Config{Words: 64, Separator: " "}), " ") {
			seen[word]++
		}
	}
	var counts []int
	for _, word := range words() {
		counts = append(counts, seen[string(word)])
	}
	if len(seen) != len(words()) || !chi.Uniform(counts) {
		t.Errorf("%d words seen, or not uniform", len(seen))
	}
}

func TestStrength(t *testing.T) {
	for n, want := range map[int64]string{2: "error", 3: "warning", 4: "warning", 5: "", 6: ""} {
		bits, err := check(Config{Words: n})
		got := ""
		if d, ok := errors.AsType[*sdk.Error](err); ok {
			got = map[bool]string{true: "warning", false: "error"}[d.Warning]
		}
		if got != want || math.Abs(bits-12.9248*float64(n)) > 0.01 {
			t.Errorf("%d words: %q, want %q; %v bits", n, got, want, bits)
		}
	}
}
