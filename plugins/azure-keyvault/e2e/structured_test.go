package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

const keyPair = `metadata: {project: pairs}
secrets:
  - name: deploy
    kind: ssh_key
    config: {comment: deploy@shop}
    targets:
      - {provider: azure, kind: key_vault, config: {vault_url: "https://pairs-kv.vault.azure.net"}}
  - name: line
    kind: compose
    config: {value: "restrict {{secret.deploy.public_key}}"}
    targets:
      - {provider: local, kind: file, config: {path: line.txt}}
`

// TestAPairOfKeysIsOneSecret follows a value of a structured kind: it is one object in
// a vault, is read back field by field, copied to another target as it is, and changes
// as a whole.
func TestAPairOfKeysIsOneSecret(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", keyPair)
	w.mustApply("Secretfile.yml")
	names, first := objectOf(t, w.value("pairs-kv", "deploy"))
	if strings.Join(names, " ") != "private_key public_key" {
		t.Fatalf("fields %v", names)
	}
	if got := w.read("line.txt"); got != "restrict "+first["public_key"] {
		t.Errorf("built of %q, which is not the public key", got)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")

	// What is built of it is built anew of what the vault gives back.
	if err := os.Remove(filepath.Join(w.dir, "line.txt")); err != nil {
		t.Fatal(err)
	}
	w.mustApply("Secretfile.yml")
	if got := w.read("line.txt"); got != "restrict "+first["public_key"] {
		t.Errorf("built anew of %q", got)
	}

	// A new target gets a copy, its fields as keys of the file.
	w.write("Secretfile.yml", strings.Replace(keyPair, "  - name: line", "      - {provider: local, kind: file, config: {path: deploy.json}}\n  - name: line", 1))
	w.mustApply("Secretfile.yml")
	if _, copied := objectOf(t, w.read("deploy.json")); copied["private_key"] != first["private_key"] || copied["public_key"] != first["public_key"] {
		t.Error("the copy is another pair")
	}
	if w.count("pairs-kv", "deploy") != 1 {
		t.Error("the vault has got another version")
	}

	// Replaced, both halves change, everywhere, and what is built of them follows.
	w.mustApply("Secretfile.yml", "--replace", "deploy")
	_, second := objectOf(t, w.value("pairs-kv", "deploy"))
	_, copied := objectOf(t, w.read("deploy.json"))
	if second["private_key"] == first["private_key"] || second["public_key"] == first["public_key"] || copied["private_key"] != second["private_key"] {
		t.Error("not all of it is new, or not everywhere")
	}
	if got := w.read("line.txt"); got != "restrict "+second["public_key"] {
		t.Errorf("built of %q after the change", got)
	}
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
}
