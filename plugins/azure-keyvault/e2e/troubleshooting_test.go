package e2e

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// objectIn is the object id in a token.
func objectIn(t *testing.T, token string) string {
	t.Helper()
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Object string `json:"oid"`
	}
	if err := json.Unmarshal(body, &claims); err != nil || claims.Object == "" {
		t.Fatal(err)
	}
	return claims.Object
}

// TestTroubleshooting is the troubleshooting chapter of docs/key-vault.md: what goes
// wrong, and what is said then. Each message names the vault, the identity where there
// is one by then, and the command that helps.
func TestTroubleshooting(t *testing.T) {
	const secretfile = `secrets:
  - name: api_key
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://shop-kv.vault.azure.net"}}]
`
	apply := func(t *testing.T, options emulator.Options, text string) (*world, outcome, string) {
		t.Helper()
		w := newWorld(t, options)
		w.write("Secretfile.yml", text)
		o := w.sz("apply", "--auto-approve")
		if o.code == 0 {
			t.Errorf("exit code 0\n%s", o)
		}
		noCredential(t, o.stdout+o.stderr)
		return w, o, o.stdout + o.stderr
	}
	set := []emulator.Denial{{Permission: emulator.PermissionSet}}
	t.Run("1 access denied by a role", func(t *testing.T) {
		w, _, text := apply(t, emulator.Options{Deny: set}, secretfile)
		object := objectIn(t, w.server.Token())
		contains(t, text, "api-key in vault shop-kv failed: access denied: no role of this identity allows it (Microsoft.KeyVault/vaults/secrets/setSecret/action)",
			"identity: application with object id "+object, "of tenant "+emulator.DefaultTenant,
			"az role assignment create --role \"Key Vault Secrets Officer\" --assignee-object-id "+object+" --assignee-principal-type ServicePrincipal --scope \"$(az keyvault show --name shop-kv --query id -o tsv)\"")
	})
	t.Run("1 access denied by a policy", func(t *testing.T) {
		w, _, text := apply(t, emulator.Options{Deny: set, AccessPolicies: true}, secretfile)
		object := objectIn(t, w.server.Token())
		contains(t, text, "in vault shop-kv failed: access denied: the vault's access policy does not give this identity the permission set",
			"identity: application with object id "+object, "az keyvault set-policy --name shop-kv --object-id "+object+" --secret-permissions get list set delete recover")
	})
	t.Run("1 and 6 access denied by the firewall", func(t *testing.T) {
		w, o, text := apply(t, emulator.Options{Firewall: true}, secretfile)
		if o.code != 4 {
			t.Errorf("exit code %d, want 4", o.code)
		}
		contains(t, text, "in vault shop-kv failed: the vault's firewall does not let this machine in", "identity: application with object id "+objectIn(t, w.server.Token()),
			"az keyvault network-rule add --name shop-kv --ip-address 127.0.0.1/32", "az keyvault network-rule list --name shop-kv")
	})
	t.Run("3 no such vault", func(t *testing.T) {
		_, o, text := apply(t, emulator.Options{Vaults: []string{"other"}}, secretfile)
		if o.code != 4 {
			t.Errorf("exit code %d, want 4", o.code)
		}
		contains(t, text, "shop-kv", "is the vault's name right", "az keyvault show --name shop-kv --query properties.vaultUri -o tsv")
	})
	t.Run("3 a wrong address", func(t *testing.T) {
		_, o, text := apply(t, emulator.Options{}, strings.Replace(secretfile, "https://shop-kv.vault.azure.net", "shop-kv", 1))
		if o.code != 3 {
			t.Errorf("exit code %d, want 3", o.code)
		}
		contains(t, text, "[bad-vault-url]", "write https://shop-kv.vault.azure.net", "az keyvault show --name shop-kv --query properties.vaultUri -o tsv", "Secretfile.yml:4:")
	})
	t.Run("4 a name that the service does not allow", func(t *testing.T) {
		_, o, text := apply(t, emulator.Options{}, strings.Replace(secretfile, "net\"", "net\", secret_name: api_key", 1))
		if o.code != 3 {
			t.Errorf("exit code %d, want 3", o.code)
		}
		contains(t, text, "[bad-secret-name]", `secret_name "api_key" cannot be used`, `did you mean "api-key"?`, "az keyvault secret list --vault-name shop-kv", "Secretfile.yml:4:")
	})
	t.Run("5 a name that a deleted secret holds", func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		w.write("Secretfile.yml", secretfile)
		w.mustApply("Secretfile.yml")
		if _, err := w.vault("shop-kv").DeleteSecret(t.Context(), "api-key", nil); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil { // nothing proves that it is ours
			t.Fatal(err)
		}
		o := w.sz("apply", "--auto-approve")
		if o.code != 7 {
			t.Errorf("exit code %d, want 7\n%s", o.code, o)
		}
		contains(t, o.stdout, "a deleted secret that sz did not write still holds this name", "az keyvault secret recover --vault-name shop-kv --name api-key", "az keyvault secret purge --vault-name shop-kv --name api-key")
	})
	t.Run("6 a proxy that is not there", func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		w.env = append(w.env, "HTTPS_PROXY=http://127.0.0.1:1", "https_proxy=http://127.0.0.1:1")
		w.write("Secretfile.yml", secretfile)
		o := w.sz("apply", "--auto-approve")
		if o.code != 4 {
			t.Errorf("exit code %d, want 4\n%s", o.code, o)
		}
		contains(t, o.stdout+o.stderr, "in vault shop-kv failed: the proxy of the environment cannot be reached", "HTTPS_PROXY")
	})
}
