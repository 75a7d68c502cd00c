package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

const referred = `metadata: {project: shop}
secrets:
  - name: database_password
    kind: random_string
    targets:
      - {provider: local, kind: file, config: {path: .env, format: dotenv}}
      - {provider: azure, kind: key_vault, config: {vault_url: "https://shop-kv.vault.azure.net"}}
      - {provider: azure, kind: key_vault, config: {vault_url: "https://spare-kv.vault.azure.net"}}
  - name: api_key
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://shop-kv.vault.azure.net", secret_name: stripe}}]
  - name: only_here
    kind: random_string
    targets: [{provider: local, kind: file, config: {path: .env, format: dotenv}}]
`

// TestReferences prints how each consumer reads what is stored. No vault is asked, and
// there need be none.
func TestReferences(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", referred)
	for consumer, parts := range map[string][]string{
		"appservice":   {`"value": "@Microsoft.KeyVault(SecretUri=https://shop-kv.vault.azure.net/secrets/stripe)"`},
		"functions":    {`"name": "API_KEY"`},
		"containerapp": {"keyVaultUrl: https://shop-kv.vault.azure.net/secrets/database-password", "secretRef: api-key"},
		"aks-csi":      {"kind: SecretProviderClass", "name: shop-shop-kv", "objectName: stripe"},
		"pipelines":    {`SecretsFilter: "stripe,database-password"`, "API_KEY: $(stripe)"},
		"env":          {`export API_KEY="$(az keyvault secret show --id https://shop-kv.vault.azure.net/secrets/stripe`},
	} {
		o := w.sz("refs", "--all", "--for", consumer)
		if o.code != 0 {
			t.Errorf("%s: exit code %d\n%s", consumer, o.code, o)
		}
		contains(t, o.stdout, parts...)
		contains(t, o.stderr, "use: ", "note: database_password is also at key_vault:spare-kv.vault.azure.net/database-password", "left out", "1 target")
		if strings.Contains(o.stdout, "spare-kv") || strings.Contains(o.stdout, "only") {
			t.Errorf("%s\n%s", consumer, o.stdout)
		}
	}
	contains(t, w.sz("refs", "--for", "env", "database_password@spare-kv.vault.azure.net/database-password").stdout, "https://spare-kv.vault.azure.net/secrets/database-password")
	if n := len(w.server.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
	var document struct {
		Format string
		Texts  []struct{ Text string }
	}
	if err := json.Unmarshal([]byte(w.sz("refs", "--json", "--for", "appservice", "api_key").stdout), &document); err != nil || document.Format != "sz/refs/1" {
		t.Errorf("%+v, %v", document, err)
	}
	var settings []struct{ Name, Value string }
	if err := json.Unmarshal([]byte(document.Texts[0].Text), &settings); err != nil || len(settings) != 1 || settings[0].Name != "API_KEY" {
		t.Errorf("%+v, %v", settings, err)
	}
}

func TestReferencesThatCannotBePrinted(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", referred)
	for want, args := range map[string][]string{
		`"heroku" is none of the consumers that read a Key Vault; there are aks-csi, appservice`: {"--for", "heroku", "--all"},
		"name secrets or say --all":             {"--for", "env"},
		"none of these secrets has a target":    {"--for", "env", "only_here"},
		"api_kee names no secret; did you mean": {"--for", "env", "api_kee"},
		`"" is none of the consumers`:           {"--all"},
	} {
		if o := w.sz(append([]string{"refs"}, args...)...); o.code != 1 || !strings.Contains(o.stderr, want) || o.stdout != "" {
			t.Errorf("%q: exit code %d\n%s", args, o.code, o)
		}
	}
}

// TestScriptOfReferencesReadsTheValues runs the text for a shell, with an az that
// reads from the emulator.
func TestScriptOfReferencesReadsTheValues(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", referred)
	w.mustApply("Secretfile.yml")
	w.write("refs.sh", w.sz("refs", "--all", "--for", "env").stdout)
	bin := t.TempDir()
	fake := "#!/bin/sh\n[ \"$1 $2 $3 $4\" = 'keyvault secret show --id' ] && [ \"$6 $7 $8 $9\" = '--query value -o tsv' ] && echo \"read $5\"\n"
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-euc", `. ./refs.sh; printf '%s\n' "$DATABASE_PASSWORD" "$API_KEY"`)
	cmd.Dir, cmd.Env = w.dir, []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	o := finish(t, cmd)
	ids := strings.Split(strings.TrimSpace(strings.ReplaceAll(o.stdout, "read ", "")), "\n")
	if o.code != 0 || len(ids) != 2 {
		t.Fatal(o)
	}
	for _, id := range ids {
		host, name, _ := strings.Cut(strings.TrimPrefix(id, "https://"), ".vault.azure.net/secrets/")
		if w.value(host, name) == "" {
			t.Errorf("%s leads to nothing", id)
		}
	}
}
