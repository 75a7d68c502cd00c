package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// faultPoints are the steps of an apply at which a build for tests can kill itself,
// each with the numbers of the times at which it is killed there. That a value is done
// is written with the next step: the last eight may be done when no step is left, so
// twelve is as far as every run comes.
var faultPoints = map[string][]int{
	"before intent":    {1},
	"intent":           {1, 13},
	"before generated": {1},
	"generated":        {1, 20},
	"before written":   {1, 7, 40},
	"written":          {1, 2, 21, 40},
	"done":             {1, 12},
	"lock written":     {1},
	"lock replaced":    {1},
	"journal kept":     {1},
}

// TestKilledAtAStepOfTheJournal kills at each step of the journal, and between the
// steps by which the lock file is replaced.
func TestKilledAtAStepOfTheJournal(t *testing.T) {
	k := newKilling(t, true)
	k.mustApply("Secretfile.yml")
	for point, times := range faultPoints {
		for _, n := range times {
			name := fmt.Sprintf("%s#%d", point, n)
			cmd := k.command("rotate", "--auto-approve", "*")
			cmd.Path = filepath.Join(testbin.Dir(t), "sz-faultpoints")
			cmd.Env = append(cmd.Env, "SZ_FAULTPOINT="+name)
			if o := finish(t, cmd); cmd.ProcessState.Exited() {
				t.Errorf("%s: it was not killed there: exit code %d\n%s", name, o.code, o)
			}
			k.converged(name)
		}
	}
	k.settled("at the end")
}

// TestReleaseHasNoFaultPoints looks into the program that people run.
func TestReleaseHasNoFaultPoints(t *testing.T) {
	for program, want := range map[string]bool{"sz": false, "sz-faultpoints": true} {
		text, err := os.ReadFile(filepath.Join(testbin.Dir(t), program))
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(text, []byte("SZ_FAULTPOINT")); got != want {
			t.Errorf("%s knows fault points: %t, want %t", program, got, want)
		}
	}
}

// TestFullDiskUnderTheJournal has no space where the journal is: nothing is stored that
// could not be recorded, and with space again the next apply goes on.
func TestFullDiskUnderTheJournal(t *testing.T) {
	for _, space := range []string{"4k", "8k", "16k"} {
		t.Run(space, func(t *testing.T) {
			k := newKilling(t, true)
			if err := os.MkdirAll(filepath.Join(k.home, ".local", "state"), 0o700); err != nil {
				t.Fatal(err)
			}
			mount := `mount -t tmpfs -o size=` + space + ` none "$HOME/.local/state"`
			if output, err := unshared(k.command(), mount).CombinedOutput(); err != nil {
				t.Skipf("this system mounts nothing in a namespace of its own: %v %s", err, output)
			}
			o := finish(t, unshared(k.command(), mount+` && exec "$0" apply --auto-approve`, filepath.Join(testbin.Dir(t), "sz")))
			if o.code <= 0 {
				t.Errorf("exit code %d though there was no space\n%s", o.code, o)
			}
			contains(t, o.stderr, "no space left on device")
			k.converged(space)
			k.settled(space)
		})
	}
}

// TestFreshRunnerAfterACrash loses everything but the stores: what was begun by the
// runner that was killed is finished by another.
func TestFreshRunnerAfterACrash(t *testing.T) {
	k := newKilling(t, true)
	k.mustApply("Secretfile.yml")
	for _, at := range []int{1, 2, 21, 40} {
		if !k.run(at, 0, "rotate", "--auto-approve", "*") {
			t.Errorf("write %d: the process ended before", at)
		}
		for _, lost := range []string{filepath.Join(k.dir, "Secretfile.lock"), filepath.Join(k.home, ".local")} {
			if err := os.RemoveAll(lost); err != nil {
				t.Fatal(err)
			}
		}
		k.converged(fmt.Sprintf("write %d, all but the stores lost", at))
	}
	k.settled("at the end")
}

// TestStoreThatFailsWhileItIsWritten has a store that stores a value and does not say
// so, that throttles, and that breaks: every secret gets one version for its operation.
func TestStoreThatFailsWhileItIsWritten(t *testing.T) {
	for _, kind := range []emulator.FaultKind{emulator.CommitThenDrop, emulator.CommitThenError, emulator.Drop, emulator.ServerError, emulator.TooManyRequests} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			options := emulator.Options{}
			for n := 3; n < 2*killed; n += 7 {
				options.Faults = append(options.Faults, emulator.Fault{Method: "PUT", N: n, Kind: kind})
			}
			k := &killing{world: newWorld(t, options)}
			k.write("Secretfile.yml", twenty())
			k.sz("apply", "--auto-approve")
			k.converged(string(kind))
			k.settled(string(kind))
			stored := 2 * killed // none twice, though an answer was lost
			if kind != emulator.CommitThenDrop && kind != emulator.CommitThenError {
				stored += len(options.Faults)
			}
			if puts := k.server.Count("PUT"); puts != stored {
				t.Errorf("%d PUTs, want %d", puts, stored)
			}
			if k.versions() != 2*killed {
				t.Errorf("%d versions, want %d", k.versions(), 2*killed)
			}
		})
	}
}

// TestStoreThatHangs is left by a person who does not wait: the first signal waits for
// the write that hangs, the second ends at once, and the next apply finishes.
func TestStoreThatHangs(t *testing.T) {
	for _, stored := range []bool{false, true} {
		reached, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		hang := func(r emulator.Request) {
			if r.Method == "PUT" {
				once.Do(func() {
					close(reached)
					<-release
				})
			}
		}
		options := emulator.Options{Before: hang}
		if stored {
			options = emulator.Options{After: hang}
		}
		k := &killing{world: newWorld(t, options)}
		k.write("Secretfile.yml", twenty())
		cmd := k.command("apply", "--auto-approve")
		output := &watched{text: "interrupted: finishing", seen: make(chan struct{})}
		cmd.Stdout, cmd.Stderr = output, output
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-reached
		_ = cmd.Process.Signal(os.Interrupt)
		<-output.seen
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if cmd.ProcessState.ExitCode() == 0 {
			t.Errorf("stored %t: exit code 0\n%s", stored, output)
		}
		close(release)
		k.converged(fmt.Sprintf("hanging, stored %t", stored))
		k.settled("at the end")
	}
}
