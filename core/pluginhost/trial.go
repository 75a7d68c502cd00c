package pluginhost

import (
	"context"
	"path/filepath"
	"slices"

	"google.golang.org/grpc"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/sandbox"
)

// trialOutput is how much a plugin under test may write and be searched for values.
const trialOutput = 16 << 20

// Trial is a plugin process for tests of plugins: it is started as in a run, and then
// spoken to without anything between. End it with Stop.
type Trial struct{ process *process }

// Named is the candidate for a file, by its name.
func Named(path string) (Candidate, bool) {
	absolute, err := filepath.Abs(path)
	name, ok := pluginName(filepath.Base(path))
	return Candidate{Name: name, Path: absolute, Dev: true}, ok && err == nil
}

// Try starts a plugin with what it was granted.
func (h *Host) Try(ctx context.Context, plugin Served, granted grant.Set) (*Trial, error) {
	place, err := h.workplace(plugin)
	if err != nil {
		return nil, err
	}
	i, err := h.start(ctx, plugin, allowance{granted: h.located(granted), workplace: place})
	if err != nil {
		return nil, err
	}
	i.process.launch.errors.keepMore(trialOutput)
	h.mu.Lock()
	h.instances = slices.DeleteFunc(h.instances, func(other *Instance) bool { return other == i })
	h.mu.Unlock()
	return &Trial{i.process}, nil
}

// Conn is the connection to the plugin.
func (t *Trial) Conn() grpc.ClientConnInterface { return t.process.wire.Conn() }

// Tier is how far the process is confined.
func (t *Trial) Tier() sandbox.Tier { return t.process.launch.process.Tier() }

// Output is what the plugin wrote to standard error so far; after Stop it is all of
// it. What it writes to standard output is read by nobody.
func (t *Trial) Output() []byte { return t.process.launch.errors.raw() }

// Kill ends the process at once, with its group.
func (t *Trial) Kill() { t.process.launch.process.Kill() }

// Abandon closes the pipe that carried the credentials, as the kernel does when the
// host is gone, and leaves the plugin alone.
func (t *Trial) Abandon() { _ = t.process.launch.lifeline.Close() }

// Exited is closed when the process has ended.
func (t *Trial) Exited() <-chan struct{} { return t.process.launch.exited }

// Stop ends the process and waits until it is gone.
func (t *Trial) Stop() {
	t.process.stop()
	_ = t.process.output() // waits for the last of it
}
