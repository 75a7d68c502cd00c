package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// refusals has a vault refuse some of its reads for a while.
func refusals(route string, pause time.Duration, numbers ...int) []emulator.Fault {
	var list []emulator.Fault
	for _, n := range numbers {
		list = append(list, emulator.Fault{Method: "GET", Route: route, N: n, Kind: emulator.TooManyRequests, Delay: pause})
	}
	return list
}

// TestReadsOfAVaultThatThrottles looks at secrets of a vault that wants to be left alone
// for a while: that is said, once for all who read there, waited for, and no failure.
func TestReadsOfAVaultThatThrottles(t *testing.T) {
	for name, c := range map[string]struct {
		secrets int
		faults  []emulator.Fault
		says    []string // each once
	}{
		"a vault that says for how long":  {3, refusals("/secrets/{name}", 2*time.Second, 1), []string{"continuing in 2 s"}},
		"a vault that does not say it":    {3, refusals("/secrets/{name}", 0, 1), []string{"continuing in 1 s"}},
		"many reads at once":              {8, refusals("/secrets/{name}", 2*time.Second, 1, 2, 3, 4, 5), []string{"continuing in 2 s"}},
		"a vault that goes on with it":    {1, refusals("/secrets/{name}", 0, 1, 2), []string{"continuing in 1 s", "continuing in 2 s"}},
		"a listing":                       {20, refusals("/secrets", 2*time.Second, 1), []string{"continuing in 2 s"}},
		"a vault that wants a short time": {3, refusals("/secrets/{name}", time.Second, 2), []string{"continuing in 1 s"}},
	} {
		for _, command := range []string{"plan", "drift", "status"} {
			t.Run(name+" "+command, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, emulator.Options{Faults: c.faults})
				w.write("Secretfile.yml", manyIn("busy-kv", c.secrets))
				o := w.sz(command)
				if o.code != 0 && command == "plan" || strings.Contains(o.stdout, "unknown") {
					t.Errorf("exit code %d\n%s", o.code, o)
				}
				for _, pause := range c.says {
					contains(t, o.stderr, "throttled by busy-kv.vault.azure.net, "+pause)
				}
				if got := strings.Count(o.stderr, "throttled by "); got != len(c.says) {
					t.Errorf("told %d times, want %d\n%s", got, len(c.says), o)
				}
				if got := w.answered(http.MethodGet, http.StatusTooManyRequests); got != len(c.faults) {
					t.Errorf("%d refusals, want %d", got, len(c.faults))
				}
			})
		}
	}
}

// TestVaultThatThrottlesForTooLong wants more time than anybody should wait for.
func TestVaultThatThrottlesForTooLong(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "GET", Kind: emulator.TooManyRequests, Delay: 10 * time.Minute}}})
	w.write("Secretfile.yml", manyIn("busy-kv", 2))
	o := w.sz("plan")
	if o.code == 0 {
		t.Errorf("exit code 0\n%s", o)
	}
	contains(t, o.stdout, "unknown", "busy-kv", "too many requests", "4,000 requests in 10 seconds")
	if strings.Contains(o.stderr, "continuing in") {
		t.Errorf("it says that it goes on\n%s", o)
	}
}

// TestDoctorOfAVaultThatThrottles finds that out and waits for nothing.
func TestDoctorOfAVaultThatThrottles(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "GET", Kind: emulator.TooManyRequests, Delay: time.Minute}}})
	w.write("Secretfile.yml", owned("mine", ""))
	steps, o := w.examine()
	if want := "dns inferred, connect passed, tls passed, challenge passed, token passed, list failed"; strings.Join(steps, ", ") != want || o.code != 4 {
		t.Errorf("exit code %d, %s, want %s", o.code, strings.Join(steps, ", "), want)
	}
	contains(t, o.stdout, "too many requests")
	if n := w.answered(http.MethodGet, http.StatusTooManyRequests); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

// TestThrottledReadsKeepJSONWhole has the notice beside the document.
func TestThrottledReadsKeepJSONWhole(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: refusals("/secrets/{name}", time.Second, 1)})
	w.write("Secretfile.yml", manyIn("busy-kv", 1))
	o := w.sz("plan", "--json")
	if o.code != 0 || !strings.HasPrefix(o.stdout, "{") || strings.Contains(o.stdout, "throttled") {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	contains(t, o.stderr, "throttled by busy-kv.vault.azure.net, continuing in 1 s")
}
