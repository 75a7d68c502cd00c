package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// applied is an attack on a project that was applied before it.
func applied(t *testing.T, text string) *attack {
	t.Helper()
	a := newAttack(t, emulator.Options{})
	a.write("Secretfile.yml", text)
	a.mustApply("Secretfile.yml")
	return a
}

// marked are the tags of a secret as the client wants them.
func (w *world) marked(vault, name string) map[string]*string {
	tags := map[string]*string{}
	for key, value := range w.tagsOf(vault, name) {
		tags[key] = &value
	}
	return tags
}

func TestHostileLockFile(t *testing.T) {
	text := at(honest) + "  - {name: b, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"" + honest + "\"}}]}\n"
	for name, c := range map[string]struct {
		change func(lock string) string
		code   int
		words  string
	}{
		"a key twice": {func(l string) string {
			return strings.Replace(l, `"target":`, `"target":"key_vault:victim-kv.vault.azure.net/a","target":`, 1)
		}, 1, "line 4"},
		"another case": {func(l string) string {
			return strings.Replace(l, `"target":`, `"TARGET":"key_vault:victim-kv.vault.azure.net/a","target":`, 1)
		}, 1, "line 4"},
		"an unknown key":     {func(l string) string { return strings.Replace(l, `"target":`, `"owner":"x","target":`, 1) }, 1, "line 4"},
		"a conflict marker":  {func(l string) string { return "<<<<<<< HEAD\n" + l }, 1, "line 1"},
		"no file of ours":    {func(string) string { return "{\"format\":\"sz-lock/1\"}\n" }, 1, "line 1"},
		"another project id": {func(l string) string { return strings.Replace(l, `"id":"`, `"id":"../../`, 1) }, 1, "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			a := applied(t, text)
			changed := c.change(a.read("Secretfile.lock"))
			if changed == a.read("Secretfile.lock") {
				t.Fatalf("nothing was changed in\n%s", changed)
			}
			a.write("Secretfile.lock", changed)
			a.armed()
			a.fails(c.code, c.words, "apply", "--auto-approve")
		})
	}
}

// A receipt of one secret put in the place of another's is not believed over the
// store: in all lines of both secrets, or in those of one kind.
func TestHostileSwappedOperations(t *testing.T) {
	for name, swapped := range map[string]string{"every line": "", "the secrets": `{"secret":`, "the targets": `{"target":`} {
		t.Run(name, func(t *testing.T) {
			a := applied(t, at(honest)+"  - {name: b, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \""+honest+"\"}}]}\n")
			one, two := operationOf(t, a, "a"), operationOf(t, a, "b")
			var lock strings.Builder
			for line := range strings.Lines(a.read("Secretfile.lock")) {
				if strings.HasPrefix(line, swapped) {
					line = strings.NewReplacer(one, two, two, one).Replace(line)
				}
				lock.WriteString(line)
			}
			a.write("Secretfile.lock", lock.String())
			before := []string{a.value("shop-kv", "a"), a.value("shop-kv", "b")}
			a.armed()
			o := a.fails(7, "the lock file records for a the operation that made b [records-exchanged]", "apply", "--auto-approve")
			contains(t, o.String(), "the lock file records for b the operation that made a [records-exchanged]")
			contains(t, o.String(), "drift: the lock file says that it holds what was made for")
			if a.value("shop-kv", "a") != before[0] || a.value("shop-kv", "b") != before[1] {
				t.Errorf("a value changed\n%s", o)
			}
			// What the hint says helps.
			if err := os.Remove(filepath.Join(a.dir, "Secretfile.lock")); err != nil {
				t.Fatal(err)
			}
			if o := a.sz("apply", "--auto-approve"); o.code != 0 {
				t.Errorf("without the lock file: %s", o)
			}
			a.unharmed()
		})
	}
}

func operationOf(t *testing.T, a *attack, name string) string {
	t.Helper()
	tag := a.tagsOf("shop-kv", name)["sz-op"]
	if tag == "" {
		t.Fatal("no operation id")
	}
	return tag
}

// An address of the lock file that the Secretfile does not have is no reason to touch
// what is there: it may be anybody's.
func TestHostileOrphans(t *testing.T) {
	a := applied(t, at(honest))
	a.set("victim-kv", "prod", "theirs", nil)
	lock := a.read("Secretfile.lock")
	for line := range strings.Lines(lock) {
		if strings.Contains(line, "shop-kv.vault.azure.net/a") {
			lock += strings.ReplaceAll(line, "shop-kv.vault.azure.net/a", "victim-kv.vault.azure.net/prod")
		}
	}
	a.write("Secretfile.lock", lock)
	a.armed()
	seen := len(a.server.Requests())
	for _, args := range [][]string{{"apply", "--auto-approve", "--prune"}, {"destroy", "--auto-approve", "--purge"}} {
		o := a.sz(args...)
		contains(t, o.String(), "key_vault:victim-kv.vault.azure.net/prod\n      error: no target of the Secretfile leads to its store; delete it by hand, then `sz state forget`")
		if o.code != 1 && o.code != 6 {
			t.Errorf("%v: exit code %d", args, o.code)
		}
		if a.value("victim-kv", "prod") != "theirs" {
			t.Errorf("%v: somebody else's secret was touched\n%s", args, o)
		}
	}
	for _, r := range a.server.Requests()[seen:] {
		if strings.HasPrefix(r.Host, "victim-kv") && r.Method != "GET" {
			t.Errorf("%s %s of %s", r.Method, r.Path, r.Host)
		}
	}
	if a.packets.Load() != 0 {
		t.Error("the attacker got a connection")
	}
}

// Two projects without a name are both called default: neither owns what the other
// made.
func TestHostileNamesakes(t *testing.T) {
	text := strings.Replace(at(honest), "metadata: {project: shop}\n", "", 1)
	first := applied(t, text)
	mine := first.value("shop-kv", "a")
	second := &attack{world: &world{t: t, server: first.server, dir: t.TempDir(), home: t.TempDir()}, outside: first.outside}
	second.env = append(append([]string{}, first.env...), "HOME="+second.home)
	second.write("Secretfile.yml", text)
	second.armed()
	second.fails(7, "conflict", "apply", "--auto-approve")
	o := second.sz("destroy", "--auto-approve", "--purge")
	if first.value("shop-kv", "a") != mine {
		t.Errorf("the other project's secret was destroyed\n%s", o)
	}
}

// A value that was put under our own mark is drift, and is not spread.
func TestHostileValueUnderOurMark(t *testing.T) {
	a := applied(t, at(honest))
	a.set("shop-kv", "a", "planted", a.marked("shop-kv", "a"))
	a.write("Secretfile.yml", at(honest)+"      - {provider: azure, kind: key_vault, config: {vault_url: \"https://second-kv.vault.azure.net\"}}\n")
	a.write("Secretfile.yml", strings.Replace(at(honest), "targets: [", "targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://second-kv.vault.azure.net\"}}, ", 1))
	a.armed()
	a.fails(7, "drift", "apply", "--auto-approve")
}

// What staging marks as production's is not taken for it: the mark of the
// environment is another, and a forged one has no receipt.
func TestHostileStaging(t *testing.T) {
	text := "environments: {default: prod, profiles: {prod: {}, staging: {}}}\n" + at(honest)
	a := newAttack(t, emulator.Options{})
	a.write("Secretfile.yml", text)
	a.mustApply("Secretfile.yml", "--env", "prod")
	made := a.value("shop-kv", "a")
	tags := a.marked("shop-kv", "a")
	forged := strings.Replace(*tags["sz-owner"], "/prod/", "/staging/", 1)
	tags["sz-owner"] = &forged
	a.set("shop-kv", "a", "planted", tags)
	a.armed()
	a.fails(7, "key_vault:shop-kv.vault.azure.net/a", "apply", "--auto-approve", "--env", "prod")
	if made == "planted" {
		t.Error("the test proves nothing")
	}
}

// A saved plan is an assertion: edited, it comes to something else than the project.
func TestHostilePlanFile(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"another address": func(p string) string { return strings.ReplaceAll(p, "shop-kv", "evil-kv") },
		"another action":  func(p string) string { return strings.Replace(p, "create a", "delete a", 1) },
		"no plan":         func(string) string { return "{}" },
		"a line more":     func(p string) string { return p + "create b key_vault:shop-kv.vault.azure.net/b over absent\n" },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t, emulator.Options{})
			a.write("Secretfile.yml", at(honest))
			if o := a.sz("plan", "--out", "saved.plan"); o.code != 0 {
				t.Fatal(o)
			}
			changed := change(a.read("saved.plan"))
			if changed == a.read("saved.plan") {
				t.Fatalf("nothing was changed in %s", changed)
			}
			a.write("saved.plan", changed)
			a.armed()
			a.fails(1, "plan", "apply", "--auto-approve", "saved.plan")
		})
	}
}

// A journal is this user's own. One that lies in the project is not read, and one
// that tells of something else than was done moves nothing.
func TestHostileJournal(t *testing.T) {
	a := applied(t, at(honest))
	a.set("victim-kv", "prod", "theirs", nil)
	places, err := filepath.Glob(filepath.Join(a.home, ".local", "state", "sz", "projects", "*"))
	if err != nil || len(places) != 1 {
		t.Fatalf("%v, %v", places, err)
	}
	head, _, _ := strings.Cut(a.read("Secretfile.lock"), "\n")
	forged, err := json.Marshal(map[string]any{"intent": "a", "op": operationOf(t, a, "a"), "targets": []string{"key_vault:victim-kv.vault.azure.net/prod"}})
	if err != nil {
		t.Fatal(err)
	}
	journal := head + "\n" + string(forged) + "\n"
	a.write("journal.jsonl", journal)
	if err := errors.Join(os.MkdirAll(filepath.Join(a.dir, ".sz"), 0o755), os.WriteFile(filepath.Join(places[0], "journal.jsonl"), []byte(journal), 0o600)); err != nil {
		t.Fatal(err)
	}
	a.write(".sz/journal.jsonl", journal)
	mine := a.value("shop-kv", "a")
	a.armed()
	o := a.sz("apply", "--auto-approve")
	a.unharmed()
	contains(t, o.String(), "says that it was to store a at key_vault:victim-kv.vault.azure.net/prod, which neither the Secretfile nor the lock file names [journal-elsewhere]")
	if a.value("shop-kv", "a") != mine || a.value("victim-kv", "prod") != "theirs" {
		t.Errorf("a value changed\n%s", o)
	}
}
