package e2e

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

const twoTargets = `metadata: {project: life}
secrets:
  - name: a
    kind: random_string
    targets:
      - {provider: azure, kind: key_vault, config: {vault_url: "https://life-one.vault.azure.net"}}
      - {provider: azure, kind: key_vault, config: {vault_url: "https://life-two.vault.azure.net"}}
`

func TestDriftIsSettledAsAsked(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", twoTargets)
	w.mustApply("Secretfile.yml")
	first := w.value("life-one", "a")

	// Put back from where it still is.
	w.set("life-one", "a", "changed by hand", nil)
	if o := w.sz("apply", "--auto-approve"); o.code != 7 {
		t.Errorf("exit code %d, want 7\n%s", o.code, o)
	}
	o := w.mustApply("Secretfile.yml", "--drift", "restore")
	contains(t, o.stdout, "our mark is gone; it is put back", "reads the value at key_vault:life-two")
	if w.value("life-one", "a") != first {
		t.Error("the value was not put back")
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	// Taken for the value, and brought to the other target by the next apply.
	w.set("life-one", "a", "a better one", nil)
	contains(t, w.mustApply("Secretfile.yml", "--drift", "accept=a@life-one.vault.azure.net/a").stdout, "it is taken for the value")
	if w.value("life-one", "a") != "a better one" || w.value("life-two", "a") != first {
		t.Error("accepting changed a value")
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "→ key_vault:life-two")
	if w.value("life-two", "a") != "a better one" {
		t.Error("the accepted value was not copied")
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	// What is around it, put back without another version.
	versions := w.versions()
	if _, err := w.vault("life-one").UpdateSecretProperties(context.Background(), "a", "", azsecrets.UpdateSecretPropertiesParameters{
		SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)},
	}, nil); err != nil {
		t.Fatal(err)
	}
	o = w.sz("apply", "--auto-approve")
	if o.code != 7 {
		t.Errorf("a disabled secret was enabled, or not seen: exit code %d\n%s", o.code, o)
	}
	if w.versions() != versions {
		t.Error("drift made a version")
	}
}

func TestTwoAppliesAtOnceInOneCopy(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", twenty())
	const runs = 4
	results := make(chan outcome, runs)
	for range runs {
		cmd := w.command("apply", "--auto-approve", "--lock-timeout", "1m")
		go func() { results <- finish(t, cmd) }()
	}
	for range runs {
		if o := <-results; o.code != 0 {
			t.Errorf("exit code %d\n%s", o.code, o)
		}
	}
	for _, l := range w.server.List() {
		if l.Versions != 1 {
			t.Errorf("%s/%s has %d versions", l.Vault, l.Name, l.Versions)
		}
	}

	// Who does not wait is refused.
	held, release := make(chan struct{}), make(chan struct{})
	var first sync.Once
	slow := newWorld(t, emulator.Options{Before: func(r emulator.Request) {
		if r.Method == "PUT" {
			first.Do(func() {
				close(held)
				<-release
			})
		}
	}})
	slow.write("Secretfile.yml", twoTargets)
	cmd := slow.command("apply", "--auto-approve")
	go func() { results <- finish(t, cmd) }()
	<-held
	if o := slow.sz("apply", "--auto-approve", "--lock-timeout", "0s"); o.code != 1 || !strings.Contains(o.stderr, "another sz is at work on this project (process ") {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	if o := slow.sz("validate"); o.code != 0 {
		t.Errorf("what changes nothing waits too: %s", o)
	}
	close(release)
	if o := <-results; o.code != 0 {
		t.Error(o)
	}
}

// TestTwoClonesAtOnce applies from two clones of a project, which share the stores
// and no lock. After the next apply of each, every secret has one value.
func TestTwoClonesAtOnce(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", twenty())
	w.mustApply("Secretfile.yml")
	clone := *w
	clone.dir, clone.home = t.TempDir(), t.TempDir()
	clone.env = append(append([]string{}, w.env...), "HOME="+clone.home)
	for _, name := range []string{"Secretfile.yml", "Secretfile.lock"} {
		text, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		clone.write(name, string(text))
	}
	for round := range 5 {
		one, two := w.command("rotate", "--auto-approve", "*"), clone.command("rotate", "--auto-approve", "*")
		results := make(chan outcome, 2)
		go func() { results <- finish(t, one) }()
		go func() { results <- finish(t, two) }()
		for range 2 {
			if o := <-results; o.code == 0 && strings.Contains(o.stderr, "✗") {
				t.Errorf("success was reported for what failed:\n%s", o)
			}
		}
		w.sz("apply", "--auto-approve")
		clone.sz("apply", "--auto-approve")
		operations := map[string]string{}
		for _, l := range w.server.List() {
			if other, ok := operations[l.Name]; ok && other != l.Tags["sz-op"] {
				t.Errorf("round %d: %s holds %s and %s", round, l.Name, other, l.Tags["sz-op"])
			}
			operations[l.Name] = l.Tags["sz-op"]
		}
		for i := range killed {
			name := fmt.Sprintf("s%02d", i)
			if w.value("kill-one", name) != w.value("kill-two", name) {
				t.Errorf("round %d: the values of %s differ", round, name)
			}
		}
	}
}

// TestLookingChangesNothing runs every command that only looks, in all states that a
// project can be in: no store is changed, no lock file, and no audit record.
func TestLookingChangesNothing(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", twoTargets+"  - {name: b, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://life-one.vault.azure.net\"}}]}\n")
	look := func(state string) {
		before := w.snapshot()
		counts := w.server.Counts()
		for _, command := range []string{"validate", "graph", "plan", "plan --replace a", "plan --drift restore", "status", "show a", "drift", "state list", "audit list", "schema", "fmt --check", "convert"} {
			w.sz(strings.Fields(command)...)
			now := w.server.Counts()
			for _, method := range []string{"PUT", "PATCH", "POST", "DELETE"} {
				if now[method] != counts[method] {
					t.Errorf("%s: %s made a %s", state, command, method)
				}
			}
			if after := w.snapshot(); after != before {
				t.Errorf("%s: %s changed files:\n%s\nbefore:\n%s", state, command, after, before)
			}
		}
	}
	look("nothing applied")
	w.mustApply("Secretfile.yml")
	look("applied")
	w.set("life-one", "a", "changed by hand", nil)
	look("drifted")
	if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil {
		t.Fatal(err)
	}
	look("without a lock file")
}

// snapshot is every file of the project and of the user's state, by its content.
func (w *world) snapshot() string {
	var b strings.Builder
	for _, root := range []string{w.dir, filepath.Join(w.home, ".local")} {
		_ = filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err == nil && info.Mode().IsRegular() {
				text, _ := os.ReadFile(path)
				fmt.Fprintf(&b, "%s %d %x\n", path, len(text), sha256.Sum256(text))
			}
			return nil
		})
	}
	return b.String()
}

// TestOvertakenWriteIsNoSuccess has another run write over a secret right after it was
// stored: who stored it says so in the end.
func TestOvertakenWriteIsNoSuccess(t *testing.T) {
	var w *world
	var overtaken atomic.Bool
	w = newWorld(t, emulator.Options{After: func(r emulator.Request) {
		if r.Method == "PUT" && strings.HasSuffix(r.Path, "/s03") && overtaken.CompareAndSwap(false, true) {
			w.set("kill-one", "s03", "of another run", map[string]*string{"sz-op": to.Ptr("1.20990101T000000Z.00000000000000000001")})
		}
	}})
	w.write("Secretfile.yml", twenty())
	o := w.sz("apply", "--auto-approve")
	if o.code != 6 {
		t.Errorf("exit code %d, want 6\n%s", o.code, o)
	}
	contains(t, o.stderr, "key_vault:kill-one.vault.azure.net/s03 was stored, and holds something else by now")
	if strings.Contains(o.stderr, "s04") || strings.Count(o.stderr, "holds something else") != 1 {
		t.Errorf("more than what was overtaken is reported\n%s", o.stderr)
	}
}
