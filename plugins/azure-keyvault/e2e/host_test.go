package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestPluginsDieWithTheHost kills sz, which has no chance to end anything, while a
// plugin waits for an answer.
func TestPluginsDieWithTheHost(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system has no /proc to find the plugin's process in")
	}
	reached, release := make(chan struct{}), make(chan struct{})
	var puts atomic.Int32
	w := newWorld(t, emulator.Options{Before: func(r emulator.Request) {
		if r.Method == "PUT" && puts.Add(1) == 1 {
			close(reached)
			<-release
		}
	}})
	w.write("Secretfile.yml", three)
	cmd := w.command("apply", "--auto-approve", "--parallelism", "1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	plugin := pluginOf(t, cmd.Process.Pid, "sz-plugin-azure-keyvault")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); alive(plugin); {
		if time.Now().After(deadline) {
			t.Fatal("the plugin outlives its host")
		}
		time.Sleep(10 * time.Millisecond) // the kernel tells nobody but a parent
	}
	close(release)
	w.mustApply("Secretfile.yml")
	if got := w.versions(); got != 3 {
		t.Errorf("%d versions, want 3", got)
	}
}

// alive reports a process that runs; one that is dead and not yet reaped does not.
func alive(pid int) bool {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}

// TestInterruptFinishesWhatIsUnderWay sends the signal of Ctrl-C while a write
// waits for its answer: it is finished and recorded, and nothing more is begun.
func TestInterruptFinishesWhatIsUnderWay(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	var puts atomic.Int32
	w := newWorld(t, emulator.Options{Before: func(r emulator.Request) {
		if r.Method == "PUT" && puts.Add(1) == 1 {
			close(reached)
			<-release
		}
	}})
	w.write("Secretfile.yml", three)
	cmd := w.command("apply", "--auto-approve", "--parallelism", "1")
	output := &watched{text: "interrupted: finishing", seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-output.seen
	close(release)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, output.String())
	}
	contains(t, output.String(), "1 created", "Interrupted; what was written is recorded")
	if got := w.versions(); got != 1 {
		t.Errorf("%d versions, want the one under way", got)
	}
	w.mustApply("Secretfile.yml")
	if got := w.versions(); got != 3 {
		t.Errorf("%d versions in the end, want 3", got)
	}
}

// watched is an output that tells when a text was written to it.
type watched struct {
	mu   sync.Mutex
	all  strings.Builder
	text string
	seen chan struct{}
	once sync.Once
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	if strings.Contains(w.all.String(), w.text) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}
