package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// manyIn is a Secretfile of n generated secrets in one vault.
func manyIn(vault string, n int) string {
	var text strings.Builder
	text.WriteString("metadata: {project: many}\nsecrets:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - {name: s%04d, kind: random_string, targets: [{provider: azure, kind: key_vault, config: {vault_url: \"https://%s.vault.azure.net\"}}]}\n", i, vault)
	}
	return text.String()
}

// answered counts the requests of a method that got a status.
func (w *world) answered(method string, status int) (n int) {
	for _, r := range w.server.Requests() {
		if r.Method == method && r.Status == status {
			n++
		}
	}
	return n
}

// exactly checks that every secret has one version, as many as there should be.
func (w *world) exactly(n int) {
	w.t.Helper()
	list := w.server.List()
	if len(list) != n {
		w.t.Errorf("%d secrets, want %d", len(list), n)
	}
	for _, l := range list {
		if l.Versions != 1 {
			w.t.Errorf("%s has %d versions, want 1", l.Name, l.Versions)
		}
	}
}

// TestMoreSecretsThanTheVaultTakesAtOnce stores 330 new secrets under the service's
// limit in each of its readings, and 60 where others leave less of it to us: nothing
// fails, nothing is stored twice, and a person is told what the wait is for.
// BenchmarkApplyOf1000 has the times.
func TestMoreSecretsThanTheVaultTakesAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		options emulator.Options
		secrets int
		told    bool
	}{
		"bucket": {emulator.Options{Limit: emulator.LimitBucket}, 330, false},
		"window": {emulator.Options{Limit: emulator.LimitWindow}, 330, true},
		"shared": {emulator.Options{Limit: emulator.LimitWindow, LimitWrites: 30, LimitWindow: time.Second}, 60, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.options)
			w.write("Secretfile.yml", manyIn("many-kv", c.secrets))
			o := w.mustApply("Secretfile.yml")
			contains(t, o.stdout, fmt.Sprintf("%d created", c.secrets))
			w.exactly(c.secrets)
			if c.told {
				contains(t, o.stderr, "throttled by many-kv.vault.azure.net, continuing in ")
				if w.answered(http.MethodPut, http.StatusTooManyRequests) == 0 {
					t.Error("the vault refused nothing")
				}
			}
		})
	}
}

// TestRetryAfterOfTheVaultIsHonoured has a vault that says when to come back.
func TestRetryAfterOfTheVaultIsHonoured(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "PUT", N: 2, Kind: emulator.TooManyRequests, Delay: 2 * time.Second}}})
	w.write("Secretfile.yml", three)
	contains(t, w.mustApply("Secretfile.yml", "--parallelism", "1").stderr, "throttled by failures.vault.azure.net, continuing in 2 s")
	w.exactly(3)
	var refused time.Time
	for _, r := range w.server.Requests() {
		switch {
		case r.Status == http.StatusTooManyRequests:
			refused = r.Time
		case r.Method == http.MethodPut && !refused.IsZero() && r.Time.Sub(refused) < 2*time.Second:
			t.Errorf("written %s after the vault asked for 2 s", r.Time.Sub(refused))
		}
	}
	if refused.IsZero() || w.server.Count("PUT") != 4 {
		t.Errorf("%d PUTs, want 4", w.server.Count("PUT"))
	}
}

// TestEveryAnswerLost cuts the connection after each of the 50 writes of an apply, once
// it is stored: every version is found by our operation, and none is made again.
func TestEveryAnswerLost(t *testing.T) {
	for _, kind := range []emulator.FaultKind{emulator.CommitThenDrop, emulator.CommitThenError} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "PUT", Kind: kind}}})
			w.write("Secretfile.yml", manyIn("cut-kv", 50))
			contains(t, w.mustApply("Secretfile.yml").stdout, "50 created")
			w.exactly(50)
			fired := 0
			for _, r := range w.server.Requests() {
				if r.Fault == string(kind) {
					fired++
				}
			}
			if fired != 50 || w.server.Count("PUT") != 50 {
				t.Errorf("the fault fired %d times in %d PUTs, want 50 of 50", fired, w.server.Count("PUT"))
			}
			contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
		})
	}
}
