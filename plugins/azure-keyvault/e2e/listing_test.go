package e2e

import (
	"fmt"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// gets are how many requests of each kind a plan makes.
func (w *world) gets(work func()) (one, pages, deleted int) {
	count := func() [3]int {
		return [3]int{
			w.server.Count("GET /secrets/{name}"), w.server.Count("GET /secrets"), w.server.Count("GET /deletedsecrets") + w.server.Count("GET /deletedsecrets/{name}"),
		}
	}
	before := count()
	work()
	after := count()
	return after[0] - before[0], after[1] - before[1], after[2] - before[2]
}

// TestFewSecretsAreReadAndManyAreListed counts what a plan costs: what is wanted of a
// vault decides, and what else is in it bounds the listing.
func TestFewSecretsAreReadAndManyAreListed(t *testing.T) {
	for _, c := range []struct {
		name                string
		wanted, others      int
		options             emulator.Options
		one, pages, deleted int // the most, with nothing to do
	}{
		{"8 are read", 8, 0, emulator.Options{}, 8, 0, 0},
		{"9 are listed", 9, 0, emulator.Options{}, 0, 1, 0},
		{"60 are on three pages", 60, 0, emulator.Options{}, 0, 3, 0},
		{"200 are on eight pages", 200, 0, emulator.Options{}, 0, 8, 0},
		{"60 on short pages", 60, 0, emulator.Options{ShortPages: true}, 0, 6, 0},
		// The listing shows others first: after as many pages of them as there are names
		// left it has cost enough.
		{"10 among 300 others", 10, 300, emulator.Options{}, 10, 10, 0},
		{"what may not be listed is read", 12, 0, emulator.Options{Deny: []emulator.Denial{{Permission: emulator.PermissionList}}}, 12, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.options)
			for i := range c.others {
				if err := w.server.AddManaged("many-kv", fmt.Sprintf("a%03d", i), "somebody else's"); err != nil {
					t.Fatal(err)
				}
			}
			w.write("Secretfile.yml", manyIn("many-kv", c.wanted))
			w.mustApply("Secretfile.yml")
			one, pages, deleted := w.gets(func() { contains(t, w.sz("plan").stdout, "Nothing to do") })
			if one != c.one || pages != c.pages || deleted != c.deleted {
				t.Errorf("%d secrets were read, %d pages listed, %d deleted ones looked for; want %d, %d and %d", one, pages, deleted, c.one, c.pages, c.deleted)
			}
		})
	}
}

// TestNewSecretsAreFoundMissingByListing plans 60 secrets of an empty vault: two
// listings say that nothing is there, and that no deleted secret holds a name.
func TestNewSecretsAreFoundMissingByListing(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", manyIn("many-kv", 60))
	one, pages, deleted := w.gets(func() { contains(t, w.sz("plan").stdout, "60 to create") })
	if one != 0 || pages != 1 || deleted != 1 {
		t.Errorf("%d secrets were read, %d pages listed, %d of deleted ones; want 0, 1 and 1", one, pages, deleted)
	}
}
