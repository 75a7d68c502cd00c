package redact

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/secret"
)

const made = "9f86d081884c7d659a2feaa0c55ad015"

func knowing(values ...string) *Masker {
	var m Masker
	for _, v := range values {
		m.AddMade(secret.NewText(secret.FromString(v)))
	}
	return &m
}

// However a text is cut into writes, what comes out is the same.
func TestValuesAreMaskedAcrossWrites(t *testing.T) {
	m := knowing(made, made[:20]+"another-tail")
	text := "a " + made + " b " + base64.StdEncoding.EncodeToString([]byte("x:"+made+"@h")) + "\n" + made[:19] + " and " + made[:20] + "another-tail" + made
	want := ""
	for size := 1; size <= len(text); size++ {
		var out bytes.Buffer
		w := m.Writer(&out)
		for rest := text; rest != ""; rest = rest[min(size, len(rest)):] {
			if _, err := io.WriteString(w, rest[:min(size, len(rest))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = out.String()
		}
		if out.String() != want {
			t.Fatalf("in pieces of %d:\n%s\nwant\n%s", size, out.String(), want)
		}
	}
	if strings.Contains(want, made) || strings.Count(want, secret.Mask) != 4 || !strings.Contains(want, made[:19]+" and ") {
		t.Errorf("%s", want)
	}
}

// A question appears before it is answered: only what could be a value is held back.
func TestOrdinaryTextIsNotHeldBack(t *testing.T) {
	var out bytes.Buffer
	w := knowing(made).Writer(&out)
	for _, text := range []string{"Apply this plan? ", "x", "yes/no: "} {
		out.Reset()
		if _, err := io.WriteString(w, text); err != nil || out.String() != text {
			t.Errorf("%q came as %q, %v", text, out.String(), err)
		}
	}
	out.Reset()
	if _, err := io.WriteString(w, "id "+made[:9]); err != nil || out.String() != "id " {
		t.Errorf("the beginning of a value came as %q", out.String())
	}
	if err := w.Flush(); err != nil || out.String() != "id "+made[:9] {
		t.Errorf("it came at last as %q", out.String())
	}
}

// Values that somebody chose are masked in the words of others alone.
func TestChosenValuesAreMaskedInForeignText(t *testing.T) {
	var m Masker
	m.Add(secret.NewText(secret.FromString("production-database")))
	var out bytes.Buffer
	w := m.Writer(&out)
	if _, err := io.WriteString(w, "production-database\n"); err != nil || out.String() != "production-database\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	if got := m.Text("error at production-database"); got != "error at "+secret.Mask {
		t.Error(got)
	}
}

func FuzzWriter(f *testing.F) {
	f.Add("text "+made+" text", 5)
	f.Add(made+made, 33)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		m := knowing(made)
		var whole, cutUp bytes.Buffer
		cut = max(0, min(cut, len(text)))
		for w, pieces := range map[*Writer][]string{m.Writer(&whole): {text}, m.Writer(&cutUp): {text[:cut], text[cut:]}} {
			for _, p := range pieces {
				_, _ = io.WriteString(w, p)
			}
			_ = w.Flush()
		}
		if whole.String() != cutUp.String() || strings.Contains(whole.String(), made) {
			t.Errorf("%q cut at %d: %q and %q", text, cut, whole.String(), cutUp.String())
		}
	})
}

// BenchmarkWriter masks a mebibyte of ordinary text with 1 and with 10,000 values, and
// copies it, in one run.
func BenchmarkWriter(b *testing.B) {
	text := []byte(strings.Repeat("key_vault:shop-kv.vault.azure.net/database-password  unchanged\n", 1<<20/63))
	for name, values := range map[string]int{"1 value": 1, "10000 values": 10_000} {
		b.Run(name, func(b *testing.B) {
			var m Masker
			for range values {
				m.AddMade(secret.NewText(secret.FromString(rand.Text() + rand.Text())))
			}
			w := m.Writer(io.Discard)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, _ = w.Write(text)
			}
		})
	}
	b.Run("copy", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			_, _ = io.Discard.Write(append([]byte(nil), text...))
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	var m Masker
	for b.Loop() {
		m.AddMade(secret.NewText(secret.FromString(rand.Text() + rand.Text())))
	}
}
