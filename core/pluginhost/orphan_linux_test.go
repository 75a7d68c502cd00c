package pluginhost

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A host that is killed while it waits for a plugin has no chance to end it, and the
// plugin does what it can to stay: it leaves its group, hears no signal, unsays its
// death with the host, and never looks at the pipe that tells it.
const (
	outlives     = "outlives"
	hostVariable = "SZ_TEST_HOST" // the plugin's path; RuntimeDir is beside it
)

func init() {
	roles[outlives] = func() {
		_, _ = syscall.Setsid()
		signal.Ignore()
		_ = unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0)
		wait()
	}
	beHost = func(path string) {
		h := New(Options{Dev: []Candidate{{Name: outlives, Path: path, Dev: true}}, RuntimeDir: filepath.Dir(path), StartTimeout: time.Hour})
		_, _ = h.Catalog(context.Background())
	}
}

func TestNothingOutlivesAKilledHost(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "szt-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, namePrefix+outlives)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	host := exec.Command(self)
	host.Env = []string{hostVariable + "=" + path}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the plugin runs", func() bool { return len(running(path)) > 0 })
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	until(t, "the plugin is gone", func() bool { return len(running(path)) == 0 })
	if left, _ := filepath.Glob(filepath.Join(dir, runtimePrefix+"*")); len(left) != 1 {
		t.Errorf("the killed host left %v", left)
	}
	// The next run sweeps what it left, and not what a run that lives has.
	first, second := New(Options{RuntimeDir: dir}), New(Options{RuntimeDir: dir})
	for _, h := range []*Host{first, second} {
		if _, err := h.sockets(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, runtimePrefix+"*")); len(left) != 2 {
		t.Errorf("two hosts that live have %v", left)
	}
	for _, h := range []*Host{first, second} {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, runtimePrefix+"*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// until waits for what the kernel tells nobody but a parent.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("this did not come: " + what)
		}
	}
}
