package pluginhost

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk"
)

// ranAs is what a plugin writes beside itself where nothing keeps it from that.
const ranAs = ".ran"

func init() {
	roles["leaves-a-trace"] = func() {
		_ = os.WriteFile(os.Args[0]+ranAs, nil, 0o600)
		sdk.Serve(honest("leaves-a-trace"))
	}
}

// TestNothingOfAStrangerRunsUnapproved has a kernel that has no T2, and a user who said
// that any tier is enough: for what they approved. The same plugin under development runs
// and leaves its trace, or the test would prove nothing.
func TestNothingOfAStrangerRunsUnapproved(t *testing.T) {
	for _, highest := range []sandbox.Tier{sandbox.T0, sandbox.T1} {
		for name, c := range map[string]struct {
			candidate Candidate
			dir       bool // it is found in a directory that the user named
			runs      bool
		}{
			"in a directory":    {dir: true},
			"installed":         {candidate: Candidate{Installed: "hash"}, runs: true},
			"under development": {candidate: Candidate{Dev: true}, runs: true},
		} {
			t.Run(highest.String()+" "+name, func(t *testing.T) {
				self, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				path := filepath.Join(dir, namePrefix+"leaves-a-trace")
				if err := os.Symlink(self, path); err != nil {
					t.Fatal(err)
				}
				options := Options{SandboxMin: sandbox.T0, SandboxMinForAll: true, SandboxMax: &highest}
				c.candidate.Name, c.candidate.Path = "leaves-a-trace", path
				switch {
				case c.dir:
					options.Dirs = []string{dir}
				case c.candidate.Installed != "":
					if c.candidate.Installed, err = HashFile(path); err != nil {
						t.Fatal(err)
					}
					options.Installed = []Candidate{c.candidate}
				default:
					options.Dev = []Candidate{c.candidate}
				}
				if options.RuntimeDir, err = os.MkdirTemp("", "szt-"); err != nil {
					t.Fatal(err)
				}
				defer os.RemoveAll(options.RuntimeDir)
				h := New(options)
				found, err := h.Catalog(context.Background())
				if closed := h.Close(); closed != nil {
					t.Error(closed)
				}
				_, ran := os.Stat(path + ranAs)
				if c.runs != (ran == nil) || c.runs != (len(found.Plugins) == 1) || c.runs != (err == nil) {
					t.Errorf("it ran: %t, %d plugins, error %v", ran == nil, len(found.Plugins), err)
				}
				if !c.runs && (err == nil || !strings.Contains(err.Error(), "nobody approved it, and sandbox tier T2 cannot be reached here")) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}
