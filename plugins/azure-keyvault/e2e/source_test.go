package e2e

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// readElsewhere takes a value from a vault of somebody else's and stores it in ours.
const readElsewhere = `metadata: {project: reads}
secrets:
  - name: admin
    kind: static
    source:
      kind: provider_read
      config: {provider: azure, kind: key_vault, config: {vault_url: "https://platform-kv.vault.azure.net", secret_name: db-admin}, field: password}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://app-kv.vault.azure.net"}}]
  - name: dsn
    kind: compose
    config: {value: "postgres://admin:{{secret.admin | url}}@db/app"}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://app-kv.vault.azure.net"}}]
`

// reading is a world whose project may read what its Secretfile says.
type reading struct {
	*world
	trust string
}

func newReading(t *testing.T, text string) *reading {
	r := &reading{world: newWorld(t, emulator.Options{})}
	r.write("Secretfile.yml", text)
	o := r.world.sz("plan")
	found := trustFlag.FindStringSubmatch(o.stderr)
	if o.code != 5 || found == nil {
		t.Fatalf("nobody is asked whether it may be read: exit code %d\n%s", o.code, o)
	}
	contains(t, o.stderr, `is read from provider "azure"`)
	r.trust = found[1]
	return r
}

func (r *reading) sz(code int, command string, flags ...string) outcome {
	r.t.Helper()
	o := r.world.sz(append([]string{command, "--trust", r.trust}, flags...)...)
	if o.code != code {
		r.t.Fatalf("sz %s: exit code %d, want %d\n%s", command, o.code, code, o)
	}
	return o
}

// TestValueReadElsewhere follows a value that others make, without touching it there.
func TestValueReadElsewhere(t *testing.T) {
	r := newReading(t, readElsewhere)
	o := r.sz(1, "apply", "--auto-approve")
	contains(t, o.stdout, "nothing is at key_vault:platform-kv.vault.azure.net/db-admin, where it is read")

	r.set("platform-kv", "db-admin", `{"user": "root", "password": "first/of-all"}`, nil)
	contains(t, r.sz(0, "plan").stdout, "reads the value at key_vault:platform-kv.vault.azure.net/db-admin")
	r.sz(0, "apply", "--auto-approve")
	r.holds("first/of-all", "postgres://admin:first%2Fof-all@db/app")
	contains(t, r.sz(0, "plan").stdout, "Nothing to do: 2 secrets as declared.")

	r.set("platform-kv", "db-admin", `{"user": "root", "password": "second"}`, nil)
	contains(t, r.sz(0, "plan").stdout, "key_vault:platform-kv.vault.azure.net/db-admin, where it is read, has another value")
	r.sz(0, "apply", "--auto-approve")
	r.holds("second", "postgres://admin:second@db/app")

	// What is gone there is kept here.
	r.delete("platform-kv", "db-admin")
	contains(t, r.sz(0, "plan").stdout, "Nothing to do: 2 secrets as declared.")
	r.holds("second", "postgres://admin:second@db/app")
	changes := 0
	for _, request := range r.server.Requests() {
		if strings.HasPrefix(request.Host, "platform-kv") && request.Method != "GET" && request.Status < 300 {
			changes++
		}
	}
	if changes != 3 {
		t.Errorf("%d requests to change something there, and 3 are ours", changes)
	}
}

func (r *reading) holds(admin, dsn string) {
	r.t.Helper()
	for name, want := range map[string]string{"admin": admin, "dsn": dsn} {
		if got := r.value("app-kv", name); got != want {
			r.t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestValueReadOrMade makes a value until there is one to be read.
func TestValueReadOrMade(t *testing.T) {
	r := newReading(t, `metadata: {project: reads}
secrets:
  - name: key
    kind: random_string
    source:
      kind: provider_read
      required: false
      config: {provider: azure, kind: key_vault, config: {vault_url: "https://platform-kv.vault.azure.net", secret_name: key}}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://app-kv.vault.azure.net"}}]
`)
	r.sz(0, "apply", "--auto-approve")
	made := r.value("app-kv", "key")
	contains(t, r.sz(0, "plan").stdout, "Nothing to do")
	r.set("platform-kv", "key", "theirs", nil)
	r.sz(0, "apply", "--auto-approve")
	if got := r.value("app-kv", "key"); got != "theirs" || made == "theirs" {
		t.Errorf("%q, after %q", got, made)
	}
	contains(t, r.sz(0, "plan").stdout, "Nothing to do")
}

// TestValueReadWhereItIsStored is no source, but another secret of the same file.
func TestValueReadWhereItIsStored(t *testing.T) {
	r := newReading(t, strings.Replace(readElsewhere, "platform-kv.vault.azure.net\", secret_name: db-admin", "app-kv.vault.azure.net\", secret_name: dsn", 1))
	contains(t, r.sz(3, "plan").stderr, "secret admin is read at key_vault:app-kv.vault.azure.net/dsn, where secret dsn is stored", "secret_ref")
}
