package e2e

import (
	"path/filepath"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestThePluginKeepsTheRulesOfPlugins checks our own plugin as a stranger checks
// theirs, against a vault that deletes softly.
func TestThePluginKeepsTheRulesOfPlugins(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", `version: "1.0"
metadata: {project: conformance}
secrets:
  - name: token
    kind: random_string
    targets:
      - {provider: azure, kind: key_vault, config: {vault_url: https://conformance-kv.vault.azure.net}}
`)
	o := w.sz("plugin", "test", "--config", "Secretfile.yml", filepath.Join(testbin.Dir(t), "sz-plugin-azure-keyvault"))
	if o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stdout, "pass  idempotent-write")
	contains(t, o.stdout, "pass  killed-mid-write")
}
