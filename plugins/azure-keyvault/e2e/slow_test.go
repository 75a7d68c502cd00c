package e2e

import (
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestDeletedInAServiceThatTakesTenSeconds deletes a secret and applies another value at
// once, and again when the deletion is over. The service takes its ten seconds for each
// step, on a clock that runs ten times as fast. The secret comes back with the new
// value, in never more than one new version.
func TestDeletedInAServiceThatTakesTenSeconds(t *testing.T) {
	for name, wait := range map[string]bool{"at once": false, "when it is deleted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			w := newWorld(t, emulator.Options{Window: 10 * time.Second, Now: func() time.Time { return begin.Add(10 * time.Since(begin)) }})
			w.write("Secretfile.yml", statedIn("own-kv", "first", ""))
			w.mustApply("Secretfile.yml")
			w.delete("own-kv", "a")
			if wait {
				w.deletedFor("own-kv", "a")
			}
			w.write("Secretfile.yml", statedIn("own-kv", "second", ""))
			w.mustApply("Secretfile.yml")
			contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
			if got := w.count("own-kv", "a"); w.value("own-kv", "a") != "second" || got != 2 {
				t.Errorf("%d versions of %q, want the old one and one of the new value", got, w.value("own-kv", "a"))
			}
			if recovered := w.server.Count("POST /deletedsecrets/{name}/recover"); recovered != 1 {
				t.Errorf("recovered %d times", recovered)
			}
		})
	}
}
