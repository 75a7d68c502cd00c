package password

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/generators/internal/chi"
	"github.com/secretzero/sz/plugins/generators/internal/draw"
	"github.com/secretzero/sz/sdk"
)

// config is the defaults of the schema with changes.
func config(change func(*Config)) Config {
	c := Config{Length: 32, Upper: true, Lower: true, Number: true, Special: true, SpecialCharacters: "!@#$%^&*()-_=+[]{}<>:?"}
	if change != nil {
		change(&c)
	}
	return c
}

func n(v int64) *int64 { return &v }

// kind is what the host gets to call.
func kind() sdk.GeneratorOf[Config] { return Kind().(sdk.GeneratorOf[Config]) }

func password(t *testing.T, c Config) string {
	t.Helper()
	payload, err := kind().Generate(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return string(payload.Scalar().Expose())
}

// satisfies checks a password against its configuration without the code that
// made it.
func satisfies(t *testing.T, c Config, p string) {
	t.Helper()
	minima := map[string]int{}
	for _, o := range c.options() {
		if o.on {
			minima[o.characters] = 1
			if o.minimum != nil {
				minima[o.characters] = int(*o.minimum)
			}
		}
	}
	characters, counted := []rune(p), 0
	if len(characters) != int(c.Length) {
		t.Fatalf("length %d, want %d", len(characters), c.Length)
	}
	for set, minimum := range minima {
		count := 0
		for _, r := range characters {
			if strings.ContainsRune(set, r) {
				count++
			}
		}
		if count < minimum {
			t.Fatalf("%d characters of %q, want at least %d", count, set, minimum)
		}
		counted += count
	}
	if counted != len(characters) {
		t.Fatal("a character is in no class")
	}
	for _, r := range c.ExcludeCharacters {
		if strings.ContainsRune(p, r) {
			t.Fatalf("excluded %q is there", r)
		}
	}
}

func TestPasswordsAreAsConfigured(t *testing.T) {
	for name, c := range map[string]Config{
		"defaults":        config(nil),
		"without special": config(func(c *Config) { c.Special = false }),
		"excluding":       config(func(c *Config) { c.ExcludeCharacters = `"@/\` }),
		"short":           config(func(c *Config) { c.Length = 6 }),
		"only special":    config(func(c *Config) { c.Upper, c.Lower, c.Number = false, false, false }),
		"first and last":  config(func(c *Config) { c.Lower, c.Number = false, false }),
		"no minima": config(func(c *Config) {
			c.MinUpper, c.MinLower, c.MinNumber, c.MinSpecial = n(0), n(0), n(0), n(0)
		}),
		"minima fill the length": config(func(c *Config) { c.Length, c.MinSpecial = 12, n(9) }),
		"one place is free":      config(func(c *Config) { c.Length, c.MinSpecial = 13, n(9) }),
		"other characters":       config(func(c *Config) { c.SpecialCharacters = "äöü→😀" }),
		"longest":                config(func(c *Config) { c.Length = 4096 }),
		"longest and hopeless":   config(func(c *Config) { c.Length, c.MinSpecial = 4096, n(4000) }),
	} {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				satisfies(t, c, password(t, c))
			}
		})
	}
}

func TestRandomConfigurations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		minimum := func() *int64 { return n(int64(random.IntN(6))) }
		c := config(func(c *Config) {
			c.Length = int64(20 + random.IntN(60))
			c.Lower, c.Number, c.Special = random.IntN(4) > 0, random.IntN(4) > 0, random.IntN(4) > 0
			c.ExcludeCharacters = string("abcXYZ019!@#"[random.IntN(12)])
			c.MinUpper, c.AllowWeak = minimum(), true
			c.MinLower, c.MinNumber, c.MinSpecial = minimum(), minimum(), minimum()
			if !c.Lower {
				c.MinLower = nil
			}
			if !c.Number {
				c.MinNumber = nil
			}
			if !c.Special {
				c.MinSpecial = nil
			}
		})
		satisfies(t, c, password(t, c))
	}
}

func TestWhatCannotBeMetIsAnErrorAtItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		paths  []string
		code   string
	}{
		"minima exceed the length": {func(c *Config) { c.Length = 3 }, []string{"length"}, "unmeetable"},
		"one minimum does":         {func(c *Config) { c.MinSpecial = n(40) }, []string{"length"}, "unmeetable"},
		"a class emptied":          {func(c *Config) { c.ExcludeCharacters = "0123456789" }, []string{"exclude_characters"}, "unmeetable"},
		"no special characters":    {func(c *Config) { c.SpecialCharacters = "" }, []string{"special_characters"}, "unmeetable"},
		"nothing on":               {func(c *Config) { c.Upper, c.Lower, c.Number, c.Special = false, false, false, false }, []string{"length"}, "unmeetable"},
		"minimum of a class off":   {func(c *Config) { c.Special, c.MinSpecial = false, n(2) }, []string{"min_special"}, "unmeetable"},
		"two at once": {func(c *Config) { c.Special, c.MinSpecial, c.ExcludeCharacters = false, n(2), "0123456789" },
			[]string{"exclude_characters", "min_special"}, "unmeetable"},
		"too weak": {func(c *Config) { c.Length = 4 }, []string{"length"}, "weak"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kind().Check(config(c.change))
			var paths []string
			for _, d := range problems(err) {
				paths = append(paths, d.Path.String())
				if d.Code != c.code || d.Hint == "" || d.Warning {
					t.Errorf("code %s, hint %q", d.Code, d.Hint)
				}
			}
			if !slices.Equal(paths, c.paths) {
				t.Errorf("errors at %q, want %q", paths, c.paths)
			}
		})
	}
}

func problems(err error) []*sdk.Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []*sdk.Error
		for _, e := range joined.Unwrap() {
			list = append(list, problems(e)...)
		}
		return list
	}
	if d, ok := errors.AsType[*sdk.Error](err); ok {
		return []*sdk.Error{d}
	}
	return nil
}

func TestEmptiedClassWithoutMinimumIsNoError(t *testing.T) {
	c := config(func(c *Config) { c.ExcludeCharacters, c.MinNumber = "0123456789", n(0) })
	if _, err := kind().Check(c); err != nil {
		t.Error(err)
	}
}

func TestEntropy(t *testing.T) {
	c := config(func(c *Config) { c.Upper, c.Number, c.Special, c.Length = false, false, false, 26 })
	bits, err := kind().Check(c)
	if err != nil || bits < 122.2 || bits > 122.3 {
		t.Errorf("26 letters of 26 have %.2f bits (%v), want 122.21", bits, err)
	}
	if _, err := kind().Check(config(func(c *Config) { c.Length, c.AllowWeak = 4, true })); err != nil {
		t.Errorf("allow_weak: %v", err)
	}
}

// smalls are sets of classes with few passwords, among them such that no draw of
// free characters would ever satisfy.
var smalls = map[string]struct {
	classes []class
	length  int
}{
	"one class":     {[]class{{[]rune("ABC"), 1}}, 3},
	"two":           {[]class{{[]rune("AB"), 1}, {[]rune("01"), 1}}, 2},
	"three":         {[]class{{[]rune("ABC"), 1}, {[]rune("01"), 1}, {[]rune("!"), 0}}, 3},
	"four":          {[]class{{[]rune("A"), 1}, {[]rune("bc"), 0}, {[]rune("0"), 1}, {[]rune("!?"), 1}}, 4},
	"filled":        {[]class{{[]rune("AB"), 1}, {[]rune("c"), 0}, {[]rune("0"), 2}, {[]rune("!"), 1}}, 4},
	"no minima":     {[]class{{[]rune("AB"), 0}, {[]rune("c"), 0}, {[]rune("01"), 0}}, 3},
	"greater":       {[]class{{[]rune("AB"), 2}, {[]rune("cd"), 2}, {[]rune("0"), 0}}, 5},
	"second of two": {[]class{{[]rune("A"), 0}, {[]rune("cde"), 2}}, 4},
}

// valid enumerates the passwords by trying every string.
func valid(classes []class, length int) []string {
	list := []string{""}
	for range length {
		var longer []string
		for _, p := range list {
			for _, k := range classes {
				for _, r := range k.characters {
					longer = append(longer, p+string(r))
				}
			}
		}
		list = longer
	}
	return slices.DeleteFunc(list, func(p string) bool {
		return slices.ContainsFunc(classes, func(k class) bool {
			count := 0
			for _, r := range p {
				count += strings.Count(string(k.characters), string(r))
			}
			return count < k.minimum
		})
	})
}

func TestEveryPasswordIsEquallyLikely(t *testing.T) {
	for name, c := range smalls {
		t.Run(name, func(t *testing.T) {
			want := valid(c.classes, c.length)
			counter := newCounter(c.classes, c.length)
			if got := counter.total().Int64(); got != int64(len(want)) {
				t.Fatalf("counted %d passwords, there are %d", got, len(want))
			}
			seen := map[string]int{}
			for _, p := range want {
				seen[p] = 0
			}
			source := &draw.Source{}
			for range 200_000 {
				seen[string(choose(counter, source))]++
			}
			if len(seen) != len(want) {
				t.Fatalf("%d different passwords, want %d", len(seen), len(want))
			}
			if !chi.Uniform(slices.Collect(maps.Values(seen))) {
				t.Error("not uniform")
			}
		})
	}
}

// TestCharactersOfAClassAreUniform draws more than a million characters under
// minima that force some of them.
func TestCharactersOfAClassAreUniform(t *testing.T) {
	c := config(func(c *Config) { c.MinNumber, c.MinSpecial = n(6), n(12) })
	seen := map[rune]int{}
	for range 1 + 1_000_000/c.Length {
		for _, r := range password(t, c) {
			seen[r]++
		}
	}
	for _, o := range c.options() {
		var counts []int
		for _, r := range o.characters {
			counts = append(counts, seen[r])
		}
		if !chi.Uniform(counts) {
			t.Errorf("%s: not uniform", o.name)
		}
	}
}

func BenchmarkTenThousand(b *testing.B) {
	c := config(nil)
	for b.Loop() {
		for range 10_000 {
			_, _ = generate(context.Background(), c)
		}
	}
}

func BenchmarkCountLongest(b *testing.B) {
	list, err := config(func(c *Config) { c.Length, c.MinSpecial = 4096, n(2000) }).classes()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		newCounter(list, 4096)
	}
}
