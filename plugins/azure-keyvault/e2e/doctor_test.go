package e2e

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// steps are what doctor says of each step: "list passed".
func (w *world) examine(flags ...string) (steps []string, o outcome) {
	w.t.Helper()
	o = w.sz(append([]string{"doctor", "--json"}, flags...)...)
	var document struct {
		Format    string
		Providers []struct {
			Steps []struct{ Step, Outcome string }
		}
	}
	if err := json.Unmarshal([]byte(o.stdout), &document); err != nil || document.Format != "sz/doctor/1" {
		w.t.Fatalf("%v\n%s", err, o)
	}
	for _, p := range document.Providers {
		for _, s := range p.Steps {
			steps = append(steps, s.Step+" "+s.Outcome)
		}
	}
	return steps, o
}

// TestDoctor has vaults that differ in what they let this identity do. Nothing is ever
// stored, and nothing that is there is read.
func TestDoctor(t *testing.T) {
	const way = "dns inferred, connect passed, tls passed, challenge passed, token passed, "
	deny := func(list ...emulator.Permission) []emulator.Denial {
		var out []emulator.Denial
		for _, p := range list {
			out = append(out, emulator.Denial{Permission: p})
		}
		return out
	}
	for name, c := range map[string]struct {
		options emulator.Options
		config  string
		code    int
		steps   string
		says    []string
	}{
		"all is well": {emulator.Options{}, "", 0, way + "list passed, get passed, set inferred, update passed, recover passed, delete passed, purge passed", []string{"Nothing stands in the way"}},
		"an identity that may only look, by roles": {
			emulator.Options{Deny: deny("set", "update", "recover", "delete", "purge")}, "", 4,
			way + "list passed, get passed, set skipped, update failed, recover failed, delete warned, purge warned, grant failed, grant warned",
			[]string{"missing for plan and apply: update, recover", `--role "Key Vault Secrets Officer" --assignee-object-id `, `\"Microsoft.KeyVault/vaults/secrets/setSecret/action\"`, "missing to remove secrets: delete, purge"},
		},
		"no right to set, by access policies": {
			emulator.Options{AccessPolicies: true, Deny: deny("set")}, "", 4,
			way + "list passed, get passed, set failed, update failed, recover passed, delete passed, purge passed, grant failed",
			[]string{"az keyvault set-policy --name own-kv --object-id ", "--secret-permissions list get set recover\n"},
		},
		"a Secretfile that needs less": {
			emulator.Options{Deny: deny("recover", "purge")}, "          on_deleted: fail\n          purge_on_delete: false\n", 0,
			way + "list passed, get passed, set inferred, update passed, delete passed", nil,
		},
		"only who removes lacks a right": {
			emulator.Options{Deny: deny("purge")}, "", 0,
			way + "list passed, get passed, set inferred, update passed, recover passed, delete passed, purge warned, grant warned",
			[]string{"--secret-permissions list get set recover delete purge\n", "Nothing stands in the way"},
		},
		"a firewall": {emulator.Options{Firewall: true}, "", 4, way + "list failed", []string{"the vault's firewall does not let this machine in", "az keyvault network-rule add --name own-kv"}},
		"no such vault": {
			emulator.Options{Vaults: []string{"other"}}, "", 4, "dns skipped, connect failed, tls skipped, challenge skipped, token skipped, rights skipped",
			[]string{"az keyvault show --name own-kv", "Something stands in the way"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.options)
			w.write("Secretfile.yml", owned("mine", c.config))
			steps, o := w.examine()
			if got := strings.Join(steps, ", "); got != c.steps || o.code != c.code {
				t.Errorf("exit code %d, want %d: %s, want %s", o.code, c.code, got, c.steps)
			}
			contains(t, w.sz("doctor").stdout, append(c.says, "own-kv.vault.azure.net")...)
			if n := w.server.Count("PUT"); n != 0 || len(w.server.List()) != 0 {
				t.Errorf("%d requests to store, %d secrets", n, len(w.server.List()))
			}
			for _, r := range w.server.Requests() {
				if r.Status == http.StatusOK && strings.HasPrefix(r.Route, "/secrets/{name}") {
					t.Errorf("%s %s found something", r.Method, r.Path)
				}
			}
		})
	}
}

// TestDoctorProbes stores something of its own when it may, says what, and leaves
// nothing behind but what the vault keeps.
func TestDoctorProbes(t *testing.T) {
	for _, c := range []struct {
		options emulator.Options
		left    int
		says    string
	}{
		{emulator.Options{}, 0, "deleted and purged it"},
		{emulator.Options{Window: window}, 0, "deleted and purged it"},
		{emulator.Options{PurgeProtection: true}, 1, "it goes for good when the vault's retention is over"},
	} {
		w := newWorld(t, c.options)
		w.write("Secretfile.yml", owned("mine", ""))
		o := w.sz("doctor", "--probe-write")
		if o.code != 0 {
			t.Fatal(o)
		}
		contains(t, o.stderr, "storing one secret named sz-doctor-… in each store, and removing it")
		contains(t, o.stdout, c.says)
		if !regexp.MustCompile(`✓ set +stored sz-doctor-[0-9a-f]{16}, disabled`).MatchString(o.stdout) || w.server.Count("PUT") != 1 {
			t.Errorf("%d requests to store\n%s", w.server.Count("PUT"), o)
		}
		left := 0
		for _, l := range w.server.List() {
			if !l.Deleted {
				t.Errorf("%s is left", l.Name)
			}
			left++
		}
		if left != c.left {
			t.Errorf("%d deleted secrets are left, want %d", left, c.left)
		}
	}
}

// TestCommandsOfDoctorAreOnesForAShell runs every command that doctor prints with an
// az that shows its words.
func TestCommandsOfDoctorAreOnesForAShell(t *testing.T) {
	w := newWorld(t, emulator.Options{Deny: []emulator.Denial{{Permission: "recover"}}})
	w.write("Secretfile.yml", owned("mine", ""))
	n := 0
	for line := range strings.Lines(w.sz("doctor").stdout) {
		if !strings.HasPrefix(line, "        az ") {
			continue
		}
		n++
		cmd := exec.Command("sh", "-euc", `az() { if [ "$2" = show ]; then echo /subscriptions/x; else for w; do printf '<%s>\n' "$w"; done; fi; }`+"\n"+strings.TrimSpace(line))
		o := finish(t, cmd)
		if o.code != 0 || o.stderr != "" {
			t.Errorf("%s\n%s", line, o)
		}
		if found := regexp.MustCompile(`(?m)^<(\{.*\})>$`).FindStringSubmatch(o.stdout); found != nil {
			var role struct{ DataActions, AssignableScopes []string }
			if err := json.Unmarshal([]byte(found[1]), &role); err != nil || len(role.DataActions) != 5 || len(role.AssignableScopes) != 1 {
				t.Errorf("%v: %s", err, found[1])
			}
		}
	}
	if n != 4 {
		t.Errorf("%d commands, want 4", n)
	}
}
