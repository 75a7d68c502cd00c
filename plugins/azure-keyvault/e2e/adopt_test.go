package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// tagsOf are the tags of a secret's current version.
func (w *world) tagsOf(vault, name string) map[string]string {
	for _, l := range w.server.List() {
		if l.Vault == vault && l.Name == name {
			return l.Tags
		}
	}
	return nil
}

func TestAdoptMarksAndMakesNoVersion(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.set("own-kv", "a", "there before us", nil)
	w.write("Secretfile.yml", strings.Replace(owned("mine", ""), "kind: random_string", "kind: random_string\n    adopt: true", 1))
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 || w.server.Count("PATCH") != 0 {
		t.Errorf("the Secretfile alone adopted: exit code %d\n%s", o.code, o)
	}
	contains(t, o.stdout, "the Secretfile asks to adopt it, which takes --adopt a")

	contains(t, w.mustApply("Secretfile.yml", "--adopt", "a").stdout, "adopt: what is there is taken for the value", "1 adopted")
	if w.value("own-kv", "a") != "there before us" || w.versions() != 1 {
		t.Error("adopting changed the value, or made a version")
	}
	if tags := w.tagsOf("own-kv", "a"); tags["sz-origin"] != "adopted" || tags["sz-op"] == "" {
		t.Errorf("tags %v", tags)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	// What was there before us is not deleted with the rest.
	o = w.sz("destroy", "--auto-approve")
	contains(t, o.stdout, "our mark is removed, and nothing else", "1 released")
	if w.value("own-kv", "a") != "there before us" || len(w.tagsOf("own-kv", "a")) != 0 {
		t.Errorf("tags %v", w.tagsOf("own-kv", "a"))
	}
	w.mustApply("Secretfile.yml", "--adopt", "a")
	o = w.sz("destroy", "--auto-approve", "--delete-adopted", "a")
	contains(t, o.stdout, "1 deleted")
	if w.present("own-kv") != "" {
		t.Error("it was named, and is still there")
	}
}

func TestAdoptWithSeveralTargets(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	second := "      - provider: azure\n        kind: key_vault\n        config: {vault_url: \"https://second-kv.vault.azure.net\"}\n      - provider: azure\n        kind: key_vault\n        config: {vault_url: \"https://third-kv.vault.azure.net\"}\n"
	w.write("Secretfile.yml", owned("mine", second))
	w.set("own-kv", "a", "one value", nil)
	w.set("second-kv", "a", "one value", nil)
	contains(t, w.mustApply("Secretfile.yml", "--adopt", "a").stdout, "it is taken over if it holds what is at key_vault:own-kv")
	if w.versions() != 3 || w.value("third-kv", "a") != "one value" || w.tagsOf("own-kv", "a")["sz-op"] != w.tagsOf("second-kv", "a")["sz-op"] {
		t.Errorf("%d versions, want 3: one each, and one operation", w.versions())
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	other := newWorld(t, emulator.Options{})
	other.write("Secretfile.yml", owned("mine", second))
	other.set("own-kv", "a", "one value", nil)
	other.set("second-kv", "a", "another value", nil)
	o := other.sz("apply", "--auto-approve", "--adopt", "a")
	if o.code != 6 && o.code != 7 || other.value("second-kv", "a") != "another value" {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stderr, "holds another value than key_vault:own-kv", "--adopt a@key_vault:second-kv.vault.azure.net/a overwrites it")
	contains(t, other.mustApply("Secretfile.yml", "--adopt", "a@second-kv.vault.azure.net/a").stdout, "it is taken over, and gets the value")
	if other.value("second-kv", "a") != "one value" {
		t.Error("it was named, and is not overwritten")
	}
	contains(t, other.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

func TestAdoptedFileIsLeftAsItIs(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", "metadata: {project: mine}\nsecrets:\n  - {name: a, kind: random_string, targets: [{provider: local, kind: file, config: {path: .env}}]}\n")
	w.write(".env", "# by hand\na=there\n")
	if o := w.sz("apply", "--auto-approve"); o.code != 7 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, w.sz("import", "--auto-approve", "a").stdout, "1 adopted")
	if got := w.read(".env"); got != "# by hand\na=there\n" {
		t.Errorf("the file is %q", got)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	contains(t, w.sz("destroy", "--auto-approve").stdout, "1 released")
	if got := w.read(".env"); got != "# by hand\na=there\n" {
		t.Errorf("the file is %q", got)
	}
}

func TestImportFromSecretZero(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	text := "metadata: {project: moved}\nsecrets:\n"
	for _, name := range []string{"same", "edited", "new"} {
		text += "  - {name: " + name + ", kind: random_string, rotation_period: 90d, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://own-kv.vault.azure.net\"}}]}\n"
	}
	w.write("Secretfile.yml", text)
	w.set("own-kv", "same", "value of same", nil)
	w.set("own-kv", "edited", "edited since", nil)
	hash := func(value string) string {
		sum := sha256.Sum256([]byte(value))
		return hex.EncodeToString(sum[:])
	}
	entry := func(value string) string {
		return `{"hash": "` + hash(value) + `", "created_at": "2025-01-02T03:04:05.678901+00:00", "updated_at": "2025-01-02T03:04:05.678901+00:00", "last_rotated": null, "rotation_count": 0, "targets": {}}`
	}
	w.write(".gitsecrets.lock", `{"version": "1.0", "secrets": {"same": `+entry("value of same")+`, "edited": `+entry("value of edited")+`, "gone": `+entry("x")+`}, "secretfile": null, "metadata": {}}`)
	o := w.sz("import", "--auto-approve", "--from", ".gitsecrets.lock")
	contains(t, o.stdout, "1 adopted", "1 failed")
	contains(t, o.stderr, "tells of gone, which the Secretfile does not have", "edited is not adopted: it holds another value than SecretZero stored there")
	if w.versions() != 2 || w.tagsOf("own-kv", "edited")["sz-op"] != "" {
		t.Error("importing made a version, or adopted what was edited")
	}
	contains(t, w.read("Secretfile.lock"), `"rotated":"2025-01-02T03:04:05Z"`)
	// Its age came along: it is due.
	contains(t, w.sz("rotate", "--due").stdout, "same", "its rotation is due since 2025-04-02")
	if strings.Contains(w.read("Secretfile.lock"), hash("value of same")) {
		t.Error("the lock file holds a hash of a value")
	}
}

func TestRenamedSecretKeepsItsValue(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", "          secret_name: fixed\n"))
	w.mustApply("Secretfile.yml")
	before := w.value("own-kv", "fixed")
	w.write("Secretfile.yml", strings.Replace(owned("mine", "          secret_name: fixed\n"), "name: a", "name: better", 1))
	contains(t, w.mustApply("Secretfile.yml").stdout, "it was named a, and gets our mark under its new name")
	if w.value("own-kv", "fixed") != before || w.versions() != 1 || !strings.HasSuffix(w.tagsOf("own-kv", "fixed")["sz-owner"], "/better") {
		t.Errorf("tags %v", w.tagsOf("own-kv", "fixed"))
	}
	o := w.mustApply("Secretfile.yml")
	contains(t, o.stdout, "Nothing to do")
	if strings.Contains(o.stdout, "note") || strings.Contains(w.read("Secretfile.lock"), `"secret":"a"`) {
		t.Errorf("the old name is still known:\n%s\n%s", o, w.read("Secretfile.lock"))
	}

	// The lock file can be told first.
	w.write("Secretfile.yml", strings.Replace(owned("mine", "          secret_name: fixed\n"), "name: a", "name: best", 1))
	contains(t, w.sz("state", "mv", "better", "best").stdout, "better is recorded as best")
	contains(t, w.mustApply("Secretfile.yml").stdout, "gets our mark under its new name")
	if w.value("own-kv", "fixed") != before || w.versions() != 1 {
		t.Error("the renamed secret has another value or version")
	}
	// Two heirs: nobody can tell.
	two := owned("mine", "          secret_name: fixed\n") + "      - {provider: azure, kind: key_vault, config: {vault_url: \"https://second-kv.vault.azure.net\"}}\n"
	w.write("Secretfile.yml", strings.Replace(two, "name: a", "name: best", 1))
	w.mustApply("Secretfile.yml")
	w.write("Secretfile.yml", strings.Replace(owned("mine", "          secret_name: fixed\n"), "name: a", "name: one", 1)+
		"  - {name: two, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://second-kv.vault.azure.net\", secret_name: best}}]}\n")
	o = w.sz("apply", "--auto-approve")
	if o.code != 7 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stdout, "it cannot be told which secret that became (one, two)")
}

func TestLocalSecretHasALockFileOfItsOwn(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", "")+"  - {name: mine_alone, kind: random_string, local: true, targets: [{provider: local, kind: file, config: {path: .env}}]}\n")
	w.mustApply("Secretfile.yml")
	if strings.Contains(w.read("Secretfile.lock"), "mine_alone") || !strings.Contains(w.read("Secretfile.local.lock"), "mine_alone") {
		t.Error("want what belongs to this machine in Secretfile.local.lock, and nowhere else")
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	w.write("Secretfile.yml", strings.Replace(owned("mine", ""), "kind: random_string", "kind: random_string\n    local: true", 1))
	o := w.sz("validate")
	if o.code != 3 {
		t.Errorf("exit code %d", o.code)
	}
	contains(t, o.stderr, "secret a is local, and provider azure is not", "Secretfile.yml:7:")
}
