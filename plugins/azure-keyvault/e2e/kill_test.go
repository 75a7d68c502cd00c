package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// The kill matrix. An apply over twenty secrets with two targets each is killed,
// and the next apply must bring every secret to one value in both its targets, with
// no more versions than operations, and leave nothing to do.

const killed = 20 // secrets, each at two targets

func twenty() string {
	var b strings.Builder
	b.WriteString("metadata: {project: killed}\nsecrets:\n")
	for i := range killed {
		fmt.Fprintf(&b, "  - name: s%02d\n    kind: random_string\n    targets:\n", i)
		for _, vault := range []string{"kill-one", "kill-two"} {
			fmt.Fprintf(&b, "      - {provider: azure, kind: key_vault, config: {vault_url: \"https://%s.vault.azure.net\"}}\n", vault)
		}
	}
	return b.String()
}

// killing is a world in which the process under test can be killed at a request.
type killing struct {
	*world
	victim atomic.Pointer[os.Process]
	at     atomic.Int64 // the request to kill at; 0 for none
	seen   atomic.Int64
	hits   atomic.Int64
	delay  atomic.Int64 // between the request and the kill, in nanoseconds
	before bool
}

// kill ends the process under test, now or a little later.
func (k *killing) kill(delay time.Duration) {
	victim := k.victim.Load()
	if delay == 0 {
		_ = victim.Kill()
		return
	}
	time.AfterFunc(delay, func() { _ = victim.Kill() })
}

func newKilling(t *testing.T, before bool) *killing {
	k := &killing{before: before}
	hook := func(when bool) func(emulator.Request) {
		return func(r emulator.Request) {
			if r.Method != "PUT" || when != k.before {
				return
			}
			if n := k.seen.Add(1); n == k.at.Load() {
				k.hits.Add(1)
				k.kill(time.Duration(k.delay.Load()))
			}
		}
	}
	k.world = newWorld(t, emulator.Options{Before: hook(true), After: hook(false), Latency: 2 * time.Millisecond})
	k.write("Secretfile.yml", twenty())
	return k
}

// run starts sz and kills it at a request, or after a time when that is not zero.
// It reports whether the process was still at work.
func (k *killing) run(at int, after time.Duration, args ...string) bool {
	k.t.Helper()
	k.seen.Store(0)
	cmd := k.command(args...)
	cmd.Stdout, cmd.Stderr = nil, nil
	if err := start(k, cmd); err != nil {
		k.t.Fatal(err)
	}
	k.at.Store(int64(at))
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	_ = cmd.Wait()
	k.at.Store(0)
	return !cmd.ProcessState.Exited()
}

func start(k *killing, cmd *exec.Cmd) error {
	err := cmd.Start()
	k.victim.Store(cmd.Process)
	return err
}

// converged applies once more and checks what must hold.
func (k *killing) converged(what string) {
	k.t.Helper()
	if o := k.sz("apply", "--auto-approve"); o.code != 0 {
		k.t.Fatalf("%s: the next apply: exit code %d\n%s", what, o.code, o)
	}
	operations := map[string]string{}
	listed := k.server.List()
	if len(listed) != 2*killed {
		k.t.Fatalf("%s: %d of %d targets hold a secret", what, len(listed), 2*killed)
	}
	for _, l := range listed {
		operation := l.Tags["sz-op"]
		if other, ok := operations[l.Name]; ok && other != operation {
			k.t.Errorf("%s: %s holds two values, of %s and %s", what, l.Name, other, operation)
		}
		operations[l.Name] = operation
		number, _, _ := strings.Cut(operation, ".")
		if n, err := strconv.Atoi(number); err != nil || l.Versions > n {
			k.t.Errorf("%s: %s/%s has %d versions after %s", what, l.Vault, l.Name, l.Versions, operation)
		}
	}
	lock, err := os.ReadFile(filepath.Join(k.dir, "Secretfile.lock"))
	if err != nil {
		k.t.Fatal(err)
	}
	for name, operation := range operations {
		if strings.Count(string(lock), `"op":"`+operation+`"`) != 3 { // the secret and its targets
			k.t.Errorf("%s: the lock file does not tell of %s %s", what, name, operation)
		}
	}
}

// settled makes sure that nothing is left to do, and that equal marks mean equal
// values.
func (k *killing) settled(what string) {
	k.t.Helper()
	writes := k.server.Count("PUT")
	contains(k.t, k.mustApply("Secretfile.yml").stdout, "Nothing to do")
	if k.server.Count("PUT") != writes {
		k.t.Errorf("%s: an apply with nothing to do wrote", what)
	}
	for i := range killed {
		name := fmt.Sprintf("s%02d", i)
		if k.value("kill-one", name) != k.value("kill-two", name) {
			k.t.Errorf("%s: the values of %s differ", what, name)
		}
	}
}

// TestKilledAtAWrite kills at chosen writes: when the store has the request, and
// when it has stored the value and has not answered.
func TestKilledAtAWrite(t *testing.T) {
	for _, before := range []bool{true, false} {
		name := "stored"
		if before {
			name = "asked"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, before)
			points := []int{1, 2, 3, 7, 19, 20, 21, 33, 39, 40}
			for i, at := range points {
				args := []string{"rotate", "--auto-approve", "*"}
				if i == 0 {
					args = []string{"apply", "--auto-approve"}
				}
				if !k.run(at, 0, args...) {
					t.Errorf("write %d: the process ended before", at)
				}
				k.converged(fmt.Sprintf("write %d %s", at, name))
			}
			k.settled("at the end")
			if hits := k.hits.Load(); hits != int64(len(points)) {
				t.Errorf("%d of %d kills came to be", hits, len(points))
			}
		})
	}
}

// TestKilledAtAnyInstant kills at random instants: most while values are written,
// some anywhere between the start of a rotation and its end. Now and then the lock
// file is gone too.
func TestKilledAtAnyInstant(t *testing.T) {
	const worlds, kills = 4, 50
	for world := range worlds {
		t.Run(strconv.Itoa(world), func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, true)
			k.mustApply("Secretfile.yml")
			begin := time.Now()
			if o := k.sz("rotate", "--auto-approve", "*"); o.code != 0 {
				t.Fatalf("exit code %d\n%s", o.code, o)
			}
			whole := time.Since(begin)
			hit, wrote := 0, 0
			for i := range kills {
				writes := k.server.Count("PUT")
				at, after := 1+rand.IntN(2*killed), time.Duration(0)
				k.delay.Store(rand.Int64N(int64(3 * time.Millisecond)))
				if i%5 == 4 {
					at, after = 0, time.Duration(1+rand.Int64N(int64(whole)))
				}
				if k.run(at, after, "rotate", "--auto-approve", "*") {
					hit++
				}
				if k.server.Count("PUT") > writes {
					wrote++
				}
				if i%10 == 9 { // a fresh runner: no lock file, and no state
					_ = os.Remove(filepath.Join(k.dir, "Secretfile.lock"))
					_ = os.RemoveAll(filepath.Join(k.home, ".local"))
				}
				k.converged(fmt.Sprintf("kill %d", i))
			}
			k.settled("at the end")
			t.Logf("%d of %d runs were killed, %d of them wrote", hit, kills, wrote)
			if hit < kills*8/10 || wrote < kills*8/10 {
				t.Errorf("only %d of %d runs were killed, %d of them after a write", hit, kills, wrote)
			}
		})
	}
}
