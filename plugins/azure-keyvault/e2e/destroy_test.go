package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

const doomed = `metadata: {project: doomed}
secrets:
  - {name: a, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://doom-one.vault.azure.net"}}]}
  - {name: b, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://doom-one.vault.azure.net"}}]}
`

func without(text, name string) string {
	var kept []string
	for _, line := range strings.SplitAfter(text, "\n") {
		if !strings.Contains(line, "name: "+name+",") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestPruneDeletesWhatIsWantedNoMoreAndNothingElse(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", doomed)
	w.mustApply("Secretfile.yml")
	w.set("doom-one", "foreign", "somebody else's", nil)
	w.write("Secretfile.yml", without(doomed, "b"))
	contains(t, w.mustApply("Secretfile.yml").stdout, "b is wanted no more", "Nothing to do")
	if got := w.server.Count("DELETE"); got != 0 {
		t.Fatalf("%d DELETEs without --prune", got)
	}
	contains(t, w.mustApply("Secretfile.yml", "--prune").stdout, "delete: the Secretfile wants it no more", "1 deleted")
	if got := w.present("doom-one"); got != "a foreign" {
		t.Errorf("present: %s", got)
	}
	if got := w.server.Count("DELETE"); got != 1 {
		t.Errorf("%d DELETEs, want the one of b: pruning never purges", got)
	}
	contains(t, w.mustApply("Secretfile.yml", "--prune").stdout, "Nothing to do")
}

// TestOrphanThatIsNotOursStays has two projects of one name in one vault: the lock
// file of one cannot delete what the other wrote.
func TestOrphanThatIsNotOursStays(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", doomed)
	w.mustApply("Secretfile.yml")
	w.set("doom-one", "b", "somebody else's", nil)
	for _, args := range [][]string{{"destroy", "--auto-approve", "b"}, {"apply", "--auto-approve", "--prune"}} {
		if args[0] == "apply" {
			w.write("Secretfile.yml", without(doomed, "b"))
		}
		o := w.sz(args...)
		if o.code != 7 {
			t.Errorf("%v: exit code %d\n%s", args, o.code, o)
		}
		contains(t, o.stdout, "our mark is gone; it is not deleted")
	}
	if w.value("doom-one", "b") != "somebody else's" || w.server.Count("DELETE") != 0 {
		t.Error("a foreign value was deleted")
	}

	other := *w
	other.dir, other.home = t.TempDir(), t.TempDir()
	other.env = append(append([]string{}, w.env...), "HOME="+other.home)
	other.write("Secretfile.yml", doomed)
	if o := other.sz("destroy", "--auto-approve"); w.server.Count("DELETE") != 0 {
		t.Errorf("a project without receipts deleted:\n%s", o)
	}
}

func TestDestroyKeepsWhatCanBeRecoveredUnlessPurged(t *testing.T) {
	for _, c := range []struct {
		name    string
		options emulator.Options
		args    []string
		deletes int
		says    string
	}{
		{"deleted", emulator.Options{}, nil, 2, "2 deleted"},
		{"purged", emulator.Options{}, []string{"--purge"}, 4, "2 deleted"},
		{"purge protection", emulator.Options{PurgeProtection: true}, []string{"--purge"}, 2, "not purged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.options)
			w.write("Secretfile.yml", doomed)
			w.mustApply("Secretfile.yml")
			o := w.sz(append([]string{"destroy", "--auto-approve"}, c.args...)...)
			if o.code != 0 || !strings.Contains(o.String(), c.says) {
				t.Errorf("exit code %d, want 0 and %q\n%s", o.code, c.says, o)
			}
			if got := w.present("doom-one"); got != "" {
				t.Errorf("present: %s", got)
			}
			if got := w.server.Count("DELETE"); got < c.deletes {
				t.Errorf("%d DELETEs, want %d", got, c.deletes)
			}
			lock, err := os.ReadFile(filepath.Join(w.dir, "Secretfile.lock"))
			if err != nil || strings.Contains(string(lock), "doom-one") {
				t.Errorf("the lock file tells of what is gone: %s %v", lock, err)
			}
		})
	}
}

// TestMovedTargetKeepsItsValue moves a secret to another vault.
func TestMovedTargetKeepsItsValue(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	text := without(doomed, "b") + "  - {name: c, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://doom-two.vault.azure.net\"}}]}\n"
	w.write("Secretfile.yml", text)
	w.mustApply("Secretfile.yml")
	before := w.value("doom-one", "a")
	w.write("Secretfile.yml", strings.Replace(text, "doom-one", "doom-two", 1))
	// Nothing of the file leads to the first vault now: the lock file alone is no
	// reason to speak with it.
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 || !strings.Contains(o.stdout, "could not be looked at") {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	w.write("Secretfile.yml", strings.Replace(text, "doom-one", "doom-two", 1)+"  - {name: d, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://doom-one.vault.azure.net\"}}]}\n")
	contains(t, w.mustApply("Secretfile.yml").stdout, "it was moved here", "reads the value at key_vault:doom-one.vault.azure.net/a")
	if w.value("doom-two", "a") != before {
		t.Error("the moved secret has another value")
	}
}

// present are the names of the secrets in a vault that are not deleted.
func (w *world) present(vault string) string {
	var names []string
	for _, l := range w.server.List() {
		if l.Vault == vault && !l.Deleted {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestDestroyAsksForAName has a person type what is to be deleted, and how far.
func TestDestroyAsksForAName(t *testing.T) {
	script, err := exec.LookPath("script")
	if err != nil {
		t.Skip("no program here that gives a terminal")
	}
	for _, c := range []struct {
		typed, says    string
		deleted, there bool // in the list of deleted secrets; at its place
	}{
		{"yes", "not confirmed; nothing was done", false, true},
		{"mine", "1 deleted", true, false},
		{"own-kv", "1 deleted", false, false},
	} {
		w := newWorld(t, emulator.Options{})
		w.write("Secretfile.yml", owned("mine", ""))
		w.mustApply("Secretfile.yml")
		sz := w.command("destroy")
		cmd := exec.Command(script, "-qec", sz.Path+" destroy", filepath.Join(t.TempDir(), "typed"))
		cmd.Dir, cmd.Env, cmd.Stdin = sz.Dir, sz.Env, strings.NewReader(c.typed+"\n")
		o := finish(t, cmd)
		contains(t, o.stdout, "Type the name of the project, mine, to delete this, or own-kv to delete it for good", c.says)
		_, err := w.vault("own-kv").GetDeletedSecret(t.Context(), "a", nil)
		if got := err == nil; got != c.deleted {
			t.Errorf("%s: deleted and recoverable: %t, want %t", c.typed, got, c.deleted)
		}
		_, err = w.vault("own-kv").GetSecret(t.Context(), "a", "", nil)
		if got := err == nil; got != c.there {
			t.Errorf("%s: still there: %t, want %t", c.typed, got, c.there)
		}
	}
}

// TestSourceOfAFailedCopyStays moves a target to a place that cannot be written, and
// prunes: the only copy of the value stays where it is.
func TestSourceOfAFailedCopyStays(t *testing.T) {
	state := filepath.Join(t.TempDir(), "vaults.json")
	w := newWorld(t, emulator.Options{StateFile: state})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	value := w.value("own-kv", "a")
	w = w.restarted(emulator.Options{StateFile: state, Deny: []emulator.Denial{{Permission: emulator.PermissionSet}}})
	w.write("Secretfile.yml", owned("mine", "          secret_name: moved\n"))
	o := w.sz("apply", "--auto-approve", "--prune")
	if o.code == 0 || w.value("own-kv", "a") != value {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stderr, "not removed, because a could not be stored")
	w = w.restarted(emulator.Options{StateFile: state})
	w.mustApply("Secretfile.yml", "--prune")
	if w.value("own-kv", "moved") != value {
		t.Error("the value was not moved")
	}
}
