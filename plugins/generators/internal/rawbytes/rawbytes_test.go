package rawbytes

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
	"github.com/secretzero/sz/sdk"
)

func with(padding bool) *bool { return &padding }

// TestKnownAnswers are the test vectors of RFC 4648, section 10, and bytes that its
// two alphabets write differently.
func TestKnownAnswers(t *testing.T) {
	for _, c := range []struct {
		config    Config
		raw, want string
	}{
		{Config{Encoding: "base64"}, "foob", "Zm9vYg=="},
		{Config{Encoding: "base64"}, "foobar", "Zm9vYmFy"},
		{Config{Encoding: "base64", Padding: with(true)}, "foob", "Zm9vYg=="},
		{Config{Encoding: "base64", Padding: with(false)}, "foob", "Zm9vYg"},
		{Config{Encoding: "base64"}, "\xfb\xff", "+/8="},
		{Config{Encoding: "base64url"}, "\xfb\xff", "-_8="},
		{Config{Encoding: "base64url", Padding: with(false)}, "\xfb\xff", "-_8"},
		{Config{Encoding: "base32"}, "foob", "MZXW6YQ="},
		{Config{Encoding: "base32", Padding: with(false)}, "foob", "MZXW6YQ"},
		{Config{Encoding: "hex"}, "foob", "666f6f62"},
	} {
		if got := string(c.config.encode([]byte(c.raw))); got != c.want {
			t.Errorf("%s of %q: %s, want %s", c.config.Encoding, c.raw, got, c.want)
		}
	}
}

func decoded(t *testing.T, c Config) []byte {
	t.Helper()
	payload, err := generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	decode := map[string]func(string) ([]byte, error){
		"base64": base64.StdEncoding.DecodeString, "base64url": base64.URLEncoding.DecodeString, "base32": base32.StdEncoding.DecodeString, "hex": hex.DecodeString,
	}[c.Encoding]
	raw, err := decode(string(payload.Scalar().Expose()))
	if err != nil || int64(len(raw)) != c.Length {
		t.Fatalf("%s: %d bytes, want %d: %v", c.Encoding, len(raw), c.Length, err)
	}
	return raw
}

func TestEveryLengthIsWrittenWhole(t *testing.T) {
	for _, encoding := range []string{"base64", "base64url", "base32", "hex"} {
		for length := int64(1); length <= 64; length++ {
			decoded(t, Config{Length: length, Encoding: encoding})
		}
	}
}

func TestBytesAreUniform(t *testing.T) {
	counts := make([]int, 256)
	for range 256 {
		for _, b := range decoded(t, Config{Length: 4096, Encoding: "base64"}) {
			counts[b]++
		}
	}
	if !chi.Uniform(counts) {
		t.Error("not uniform")
	}
}

func TestStrength(t *testing.T) {
	for length, want := range map[int64]string{3: "error", 4: "warning", 7: "warning", 8: "", 32: ""} {
		bits, err := check(Config{Length: length})
		got := ""
		if d, ok := errors.AsType[*sdk.Error](err); ok {
			got = map[bool]string{true: "warning", false: "error"}[d.Warning]
		}
		if got != want || bits != 8*float64(length) {
			t.Errorf("%d bytes: %q, want %q; %v bits", length, got, want, bits)
		}
	}
}
