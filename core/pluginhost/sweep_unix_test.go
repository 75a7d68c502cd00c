//go:build unix

package pluginhost

import (
	"os"
	"sync"
	"testing"
)

// TestARunThatJustBeganIsNotSwept begins many runs at once, each of which sweeps first
// what it takes for left.
func TestARunThatJustBeganIsNotSwept(t *testing.T) {
	base, err := os.MkdirTemp("", "szt-") // short: it is for sockets
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				dir, alive, err := newRuntimeDir(base)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(dir); err != nil {
					t.Errorf("it was swept while it is alive: %v", err)
				}
				_ = os.RemoveAll(dir)
				_ = alive.Close()
			}
		})
	}
	group.Wait()
}
