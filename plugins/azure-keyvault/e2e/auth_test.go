package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestEveryKindOfAuthenticationReachesTheVault looks into the emulator's log for
// who came.
func TestEveryKindOfAuthenticationReachesTheVault(t *testing.T) {
	const user = "12345678-0000-4000-8000-00000000abcd"
	for _, c := range []struct{ name, auth, app string }{
		{"default", "{kind: default}", "aaaaaaaa-0000-4000-8000-000000000001"},
		{"nothing said", "{}", "aaaaaaaa-0000-4000-8000-000000000001"},
		{"managed identity", "{kind: managed_identity}", "aaaaaaaa-0000-4000-8000-000000000001"},
		{"user-assigned", "{kind: managed_identity, client_id: " + user + "}", user},
		{"user-assigned under config", "{kind: managed_identity, config: {client_id: " + user + "}}", user},
		{"cli", "{kind: cli}", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, emulator.Options{})
			w.env = append(w.env, "PATH="+w.fakeAzureCLI()+":"+os.Getenv("PATH"))
			w.write("Secretfile.yml", fmt.Sprintf(`providers:
  azure:
    auth: %s
secrets:
  - name: a
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://auth-kv.vault.azure.net"}}]
`, c.auth))
			w.mustApply("Secretfile.yml")
			for _, r := range w.server.Requests() {
				if r.Host == "auth-kv.vault.azure.net" && r.Status != 401 && r.AppID != c.app {
					t.Errorf("%s %s came as %q, want %q", r.Method, r.Path, r.AppID, c.app)
				}
			}
			if w.server.Count("PUT") != 1 {
				t.Errorf("%d PUTs, want 1", w.server.Count("PUT"))
			}
		})
	}
}

// fakeAzureCLI is a directory with an az that gets its tokens from the emulator.
// The real one finds its own way too: a plugin of kind cli is not given the
// environment of a managed identity.
func (w *world) fakeAzureCLI() string {
	dir := w.t.TempDir()
	script := "#!/bin/sh\n"
	for _, variable := range w.server.Env() {
		script += "export '" + variable + "'\n"
	}
	script += "exec " + filepath.Join(testbin.Dir(w.t), "keyvault-emulator") + " az \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte(script), 0o755); err != nil {
		w.t.Fatal(err)
	}
	return dir
}
