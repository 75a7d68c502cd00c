package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

func owned(project, extra string) string {
	return "metadata: {project: " + project + "}\nsecrets:\n  - name: a\n    kind: random_string\n    targets:\n      - provider: azure\n        kind: key_vault\n        config:\n          vault_url: https://own-kv.vault.azure.net\n" + extra
}

func (w *world) set(vault, name, value string, tags map[string]*string) {
	w.t.Helper()
	_, err := w.vault(vault).SetSecret(context.Background(), name, azsecrets.SetSecretParameters{Value: to.Ptr(value), Tags: tags}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestForeignSecretIsNotTouched(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.set("own-kv", "a", "somebody else's", nil)
	w.write("Secretfile.yml", owned("mine", ""))
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 {
		t.Errorf("exit code %d, want 7\n%s", o.code, o)
	}
	contains(t, o.stdout, "conflict", "a secret that sz did not write is here")
	if w.value("own-kv", "a") != "somebody else's" || w.versions() != 1 {
		t.Error("the foreign secret was touched")
	}
}

func TestChangeOutsideIsDrift(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	w.set("own-kv", "a", "changed by hand", nil)
	o := w.sz("plan")
	if o.code != 7 {
		t.Errorf("exit code %d, want 7\n%s", o.code, o)
	}
	contains(t, o.stdout, "drift", "changed outside")
	if w.sz("apply", "--auto-approve").code != 7 || w.value("own-kv", "a") != "changed by hand" {
		t.Error("drift was overwritten without being asked")
	}
}

func TestLostLockFileChangesNothing(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil {
		t.Fatal(err)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	if w.versions() != 1 {
		t.Errorf("%d versions, want 1", w.versions())
	}
}

func TestLostLockFileOfAnUnnamedProjectProvesNothing(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", strings.Replace(owned("x", ""), "metadata: {project: x}\n", "", 1))
	w.mustApply("Secretfile.yml")
	if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil {
		t.Fatal(err)
	}
	o := w.sz("apply", "--auto-approve")
	if o.code != 7 || w.versions() != 1 {
		t.Errorf("exit code %d, %d versions; want 7 and 1", o.code, w.versions())
	}
	contains(t, o.stdout, "set metadata.project")
}

func TestNewTagsChangeTheVersionInPlace(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	before := w.value("own-kv", "a")
	w.write("Secretfile.yml", owned("mine", "          tags: {team: shop}\n"))
	contains(t, w.mustApply("Secretfile.yml").stdout, "tags.team changed in the Secretfile")
	list := w.server.List()
	if list[0].Versions != 1 || list[0].Tags["team"] != "shop" || list[0].Tags["sz-op"] == "" || w.value("own-kv", "a") != before {
		t.Errorf("%d versions with tags %v", list[0].Versions, list[0].Tags)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

func TestStatedValueFollowsTheEnvironment(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", `metadata: {project: stated}
secrets:
  - name: given
    kind: templates.login
templates:
  login:
    fields:
      user: {generator: {kind: static, config: {value: "${LOGIN_USER}"}}}
      password: {generator: {kind: random_password}}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://stated.vault.azure.net"}}]
`)
	base := w.env
	w.env = append(base, "LOGIN_USER=first-user")
	w.mustApply("Secretfile.yml")
	_, before := objectOf(t, w.value("stated", "given"))
	w.env = append(base, "LOGIN_USER=second-user")
	contains(t, w.mustApply("Secretfile.yml").stdout, "the value that the Secretfile states is another one")
	_, after := objectOf(t, w.value("stated", "given"))
	if after["user"] != "second-user" || after["password"] != before["password"] {
		t.Error("want the new user with the password that was there")
	}
	if w.versions() != 2 {
		t.Errorf("%d versions, want 2", w.versions())
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}

func TestNewTargetGetsTheValueThatIsThere(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", owned("mine", ""))
	w.mustApply("Secretfile.yml")
	w.write("Secretfile.yml", owned("mine", "      - provider: azure\n        kind: key_vault\n        config: {vault_url: \"https://second-kv.vault.azure.net\"}\n"))
	contains(t, w.mustApply("Secretfile.yml").stdout, "copy", "reads the value at key_vault:own-kv.vault.azure.net/a")
	if w.value("own-kv", "a") != w.value("second-kv", "a") || w.versions() != 2 {
		t.Error("want one value in both vaults, one version in each")
	}
}
