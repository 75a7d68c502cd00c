package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// window is how long the emulated service works in the background: its ten seconds,
// scaled down.
const window = 700 * time.Millisecond

func statedIn(vault, value, config string) string {
	return "metadata: {project: back}\nsecrets:\n  - name: a\n    kind: static\n    config: {default: " + value + "}\n    targets:\n      - provider: azure\n        kind: key_vault\n        config: {vault_url: \"https://" + vault + ".vault.azure.net\"" + config + "}\n"
}

// count is how many versions of a secret there are.
func (w *world) count(vault, name string) int {
	for _, l := range w.server.List() {
		if l.Vault == vault && l.Name == name {
			return l.Versions
		}
	}
	return 0
}

func (w *world) delete(vault, name string) {
	w.t.Helper()
	if _, err := w.vault(vault).DeleteSecret(w.t.Context(), name, nil); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deletedFor(vault, name string) {
	w.t.Helper()
	for {
		if _, err := w.vault(vault).GetDeletedSecret(w.t.Context(), name, nil); err == nil {
			return
		}
		select {
		case <-w.t.Context().Done():
			w.t.Fatal("the deletion does not end")
		case <-time.After(window / 20): // the service tells nobody when it is done
		}
	}
}

func TestDeletedSecretIsRecovered(t *testing.T) {
	for _, slow := range []time.Duration{0, window} {
		t.Run(fmt.Sprintf("generated, window %s", slow), func(t *testing.T) {
			w := newWorld(t, emulator.Options{Window: slow})
			w.write("Secretfile.yml", owned("mine", ""))
			w.mustApply("Secretfile.yml")
			before := w.value("own-kv", "a")
			w.delete("own-kv", "a")
			w.deletedFor("own-kv", "a")
			o := w.sz("drift")
			if o.code != 7 {
				t.Errorf("drift: exit code %d\n%s", o.code, o)
			}
			contains(t, o.stdout, "a", "deleted")
			contains(t, w.mustApply("Secretfile.yml").stdout, "recover: it was deleted, and the store still has it", "1 recovered")
			if w.value("own-kv", "a") != before || w.count("own-kv", "a") != 1 {
				t.Errorf("%d versions, want the one with its value", w.count("own-kv", "a"))
			}
			contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
		})
		t.Run(fmt.Sprintf("with another value, window %s", slow), func(t *testing.T) {
			w := newWorld(t, emulator.Options{Window: slow})
			w.write("Secretfile.yml", statedIn("own-kv", "first", ""))
			w.mustApply("Secretfile.yml")
			w.delete("own-kv", "a")
			w.deletedFor("own-kv", "a")
			w.write("Secretfile.yml", statedIn("own-kv", "second", ""))
			contains(t, w.mustApply("Secretfile.yml").stdout, "1 updated, 1 recovered")
			if w.value("own-kv", "a") != "second" || w.count("own-kv", "a") != 2 {
				t.Errorf("%d versions of %q, want one more than before", w.count("own-kv", "a"), w.value("own-kv", "a"))
			}
			contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
		})
	}
}

// TestAppliedWhileTheServiceDeletes applies in the window in which a deleted secret
// shows neither as there nor as deleted.
func TestAppliedWhileTheServiceDeletes(t *testing.T) {
	w := newWorld(t, emulator.Options{Window: window})
	w.write("Secretfile.yml", statedIn("own-kv", "first", ""))
	w.mustApply("Secretfile.yml")
	w.write("Secretfile.yml", statedIn("own-kv", "second", ""))
	w.delete("own-kv", "a")
	w.mustApply("Secretfile.yml")
	if w.value("own-kv", "a") != "second" || w.count("own-kv", "a") != 2 {
		t.Errorf("%d versions of %q, want 2 of the second value", w.count("own-kv", "a"), w.value("own-kv", "a"))
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

func TestOnDeleted(t *testing.T) {
	for _, c := range []struct {
		how      string
		options  emulator.Options
		code     int
		versions int
		says     string
	}{
		{"purge", emulator.Options{}, 0, 1, "its name is freed first"},
		{"purge", emulator.Options{Window: window}, 0, 1, "its name is freed first"},
		{"purge", emulator.Options{PurgeProtection: true}, 1, 1, "its name is still held by the store until 20"},
		{"fail", emulator.Options{}, 1, 1, "its name is still held by the store until 20"},
	} {
		t.Run(fmt.Sprintf("%s, window %s, protected %v", c.how, c.options.Window, c.options.PurgeProtection), func(t *testing.T) {
			w := newWorld(t, c.options)
			w.write("Secretfile.yml", statedIn("own-kv", "first", ", on_deleted: "+c.how))
			w.mustApply("Secretfile.yml")
			w.delete("own-kv", "a")
			w.deletedFor("own-kv", "a")
			o := w.sz("apply", "--auto-approve")
			if o.code != c.code || !strings.Contains(o.String(), c.says) {
				t.Errorf("exit code %d, want %d and %q\n%s", o.code, c.code, c.says, o)
			}
			if got := w.count("own-kv", "a"); got != c.versions {
				t.Errorf("%d versions, want %d", got, c.versions)
			}
		})
	}
}

// TestForeignDeletedSecretStays has a name that somebody else's deleted secret holds.
func TestForeignDeletedSecretStays(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.set("own-kv", "a", "somebody else's", nil)
	w.delete("own-kv", "a")
	w.write("Secretfile.yml", owned("mine", ""))
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stdout, "a deleted secret that sz did not write still holds this name")
	if o := w.sz("purge", "--auto-approve", "a"); o.code != 7 || w.server.Count("POST") != 0 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	if _, err := w.vault("own-kv").GetDeletedSecret(t.Context(), "a", nil); err != nil {
		t.Error("it was purged or recovered")
	}
}

func TestPurgeRemovesForGood(t *testing.T) {
	w := newWorld(t, emulator.Options{Window: window})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	contains(t, w.sz("purge", "--auto-approve", "a").stdout, "Nothing to do")
	if o := w.sz("destroy", "--auto-approve"); o.code != 0 {
		t.Fatal(o)
	}
	w.deletedFor("own-kv", "a")
	if o := w.sz("purge"); o.code != 1 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, w.sz("purge", "--auto-approve", "a").stdout, "it goes for good", "1 deleted")
	if _, err := w.vault("own-kv").GetDeletedSecret(t.Context(), "a", nil); err == nil {
		t.Error("it is still there")
	}
}

func TestPurgeOnDeleteFalseKeepsItRecoverable(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", "          purge_on_delete: false\n"))
	w.mustApply("Secretfile.yml")
	if o := w.sz("destroy", "--auto-approve", "--purge"); o.code != 0 {
		t.Fatal(o)
	}
	if _, err := w.vault("own-kv").GetDeletedSecret(t.Context(), "a", nil); err != nil {
		t.Error("it was purged")
	}
}

// enabled are the numbers of enabled and disabled versions of a secret.
func (w *world) enabled(vault, name string) (on, off int) {
	w.t.Helper()
	pager := w.vault(vault).NewListSecretPropertiesVersionsPager(name, nil)
	for pager.More() {
		page, err := pager.NextPage(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range page.Value {
			if *p.Attributes.Enabled {
				on++
			} else {
				off++
			}
		}
	}
	return on, off
}

// TestOverlap rotates twice: both earlier versions stay valid until their own time is
// over, and the next apply after that disables them.
func TestOverlap(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", strings.Replace(owned("mine", ""), "kind: random_string", "kind: random_string\n    rotation: {period: 90d, overlap: 24h}", 1))
	w.mustApply("Secretfile.yml")
	for range 2 {
		if o := w.sz("rotate", "--auto-approve", "a"); o.code != 0 {
			t.Fatal(o)
		}
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	if on, off := w.enabled("own-kv", "a"); on != 3 || off != 0 {
		t.Errorf("%d enabled and %d disabled, want 3 and 0 within the overlap", on, off)
	}
	lock := w.read("Secretfile.lock")
	due := lock[strings.Index(lock, `"due":"`)+7:][:10]
	w.write("Secretfile.lock", strings.Replace(lock, `"due":"`+due, `"due":"2020-01-01`, 1))
	contains(t, w.sz("plan").stdout, "retire: its overlap is over; disables the version of 1.")
	contains(t, w.mustApply("Secretfile.yml").stdout, "1 retired")
	if on, off := w.enabled("own-kv", "a"); on != 2 || off != 1 {
		t.Errorf("%d enabled and %d disabled, want 2 and 1: each has its own time", on, off)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	// A leak does not wait.
	contains(t, w.sz("rotate", "--auto-approve", "--revoke-previous", "a", "a").stdout, "1 updated, 1 retired")
	if on, off := w.enabled("own-kv", "a"); on != 1 || off != 3 {
		t.Errorf("%d enabled and %d disabled, want 1 and 3", on, off)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

func TestDisablePreviousVersions(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", "          disable_previous_versions: true\n"))
	w.mustApply("Secretfile.yml")
	if o := w.sz("rotate", "--auto-approve", "a"); o.code != 0 {
		t.Fatal(o)
	}
	if on, off := w.enabled("own-kv", "a"); on != 1 || off != 1 {
		t.Errorf("%d enabled and %d disabled, want 1 and 1", on, off)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

// TestClocksThatDifferJudgeNothing has a store whose clock is an hour ahead: nobody
// knows what is due.
func TestClocksThatDifferJudgeNothing(t *testing.T) {
	w := newWorld(t, emulator.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
	w.write("Secretfile.yml", strings.Replace(owned("mine", ""), "kind: random_string", "kind: random_string\n    rotation_period: 90d", 1))
	w.mustApply("Secretfile.yml")
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	lock := w.read("Secretfile.lock")
	w.write("Secretfile.lock", strings.Replace(lock, `"rotated":"20`, `"rotated":"19`, 1))
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 || w.versions() != 1 {
		t.Errorf("exit code %d, %d versions\n%s", o.code, w.versions(), o)
	}
	contains(t, o.stdout, "unknown: its rotation seems due since 19", "clocks of this machine and of the store differ")
}
