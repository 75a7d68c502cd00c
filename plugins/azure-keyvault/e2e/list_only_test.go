package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestDriftWithTheRightToListAlone takes the right to get secrets away after an apply:
// what somebody else did is found all the same, in a vault of which few secrets are
// wanted, where each is looked at, and in one of many, which is listed.
func TestDriftWithTheRightToListAlone(t *testing.T) {
	for _, secrets := range []int{6, 30} {
		t.Run(fmt.Sprintf("%d secrets", secrets), func(t *testing.T) {
			state := filepath.Join(t.TempDir(), "vaults.json")
			w := newWorld(t, emulator.Options{StateFile: state})
			var b strings.Builder
			b.WriteString("metadata: {project: listed}\nsecrets:\n")
			for i := range secrets {
				fmt.Fprintf(&b, "  - {name: s%d, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://list-kv.vault.azure.net\", tags: {team: shop}}}]}\n", i)
			}
			w.write("Secretfile.yml", b.String())
			w.mustApply("Secretfile.yml")

			limited := w.restarted(emulator.Options{StateFile: state, Deny: []emulator.Denial{{Permission: emulator.PermissionGet}}})
			if o := limited.sz("drift"); o.code != 0 {
				t.Errorf("nothing was changed: exit code %d\n%s", o.code, o)
			}

			// A listing tells times in seconds: what is done is done a little later.
			later := func() time.Time { return time.Now().Add(5 * time.Second) }
			full := limited.restarted(emulator.Options{StateFile: state, Now: later})
			client := full.vault("list-kv")
			full.set("list-kv", "s0", "written by hand", nil)
			full.delete("list-kv", "s1")
			full.update("list-kv", "s2", azsecrets.UpdateSecretPropertiesParameters{SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)}})
			found, err := client.GetSecret(t.Context(), "s3", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			found.Tags["team"] = to.Ptr("another")
			full.update("list-kv", "s3", azsecrets.UpdateSecretPropertiesParameters{Tags: found.Tags})
			kept, err := client.GetSecret(t.Context(), "s4", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			full.set("list-kv", "s4", "written with our tags kept", kept.Tags)

			limited = full.restarted(emulator.Options{StateFile: state, Now: later, Deny: []emulator.Denial{{Permission: emulator.PermissionGet}}})
			o := limited.sz("drift", "--json")
			if o.code != 7 {
				t.Errorf("exit code %d, want 7\n%s", o.code, o)
			}
			for name, kind := range map[string]string{"s0": "changed", "s1": "deleted", "s2": "changed", "s3": "changed", "s4": "changed"} {
				if got := limited.driftOf(o.stdout, name); got != kind {
					t.Errorf("%s: %q, want %q", name, got, kind)
				}
			}
			for i := 5; i < secrets; i++ {
				if got := limited.driftOf(o.stdout, fmt.Sprint("s", i)); got != "" {
					t.Errorf("s%d: %q, and nothing was done to it", i, got)
				}
			}
		})
	}
}

// restarted is the same project with another emulator over the same vaults.
func (w *world) restarted(options emulator.Options) *world {
	w.t.Helper()
	if err := w.server.Close(); err != nil {
		w.t.Fatal(err)
	}
	next := newWorld(w.t, options)
	next.env = append(next.env, "HOME="+w.home)
	next.dir, next.home = w.dir, w.home
	return next
}

func (w *world) update(vault, name string, change azsecrets.UpdateSecretPropertiesParameters) {
	w.t.Helper()
	if _, err := w.vault(vault).UpdateSecretProperties(context.Background(), name, "", change, nil); err != nil {
		w.t.Fatal(err)
	}
}

// driftOf is the kind of drift of a secret in a document of `sz drift --json`.
func (w *world) driftOf(document, name string) string {
	w.t.Helper()
	var d struct {
		Drift []struct{ Secret, Kind string }
	}
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		w.t.Fatalf("%v in %s", err, document)
	}
	for _, one := range d.Drift {
		if one.Secret == name {
			return one.Kind
		}
	}
	return ""
}
