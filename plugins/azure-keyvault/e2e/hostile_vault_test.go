package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestWhoeverLiesAtAVaultsAddress has the real sz and its real plugin meet liars behind
// TLS: each apply ends with an error that names the endpoint, no version is made, and no
// other host is asked for anything.
func TestWhoeverLiesAtAVaultsAddress(t *testing.T) {
	const challenge = `Bearer authorization="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555", resource="https://vault.azure.net"`
	// after answers who has a token, once the challenge was as usual.
	after := func(answer func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization") == "" {
				return false
			}
			answer(w)
			return true
		}
	}
	asks := func(with string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", with)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
	}
	for name, c := range map[string]struct {
		options emulator.Options
		says    string
	}{
		"a resource that is a GUID":  {emulator.Options{Answer: asks(strings.Replace(challenge, "https://vault.azure.net", "11111111-2222-3333-4444-555555555555", 1))}, "hostile-kv"},
		"a challenge without a path": {emulator.Options{Answer: asks(`Bearer authorization="https://login.microsoftonline.com", resource="https://vault.azure.net"`)}, "hostile-kv.vault.azure.net does not answer as a vault does"},
		"a portal":                   {emulator.Options{Answer: after(func(w http.ResponseWriter) { fmt.Fprint(w, "<html>sign in</html>") })}, "hostile-kv.vault.azure.net does not answer as a vault does"},
		"a redirect to another host": {emulator.Options{Answer: after(func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://other-kv.vault.azure.net/")
			w.WriteHeader(307)
		})}, "the service answered 307"},
		"a next page on another host": {emulator.Options{Answer: after(func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"value":[],"nextLink":"https://other-kv.vault.azure.net/secrets"}`)
		})}, "hostile-kv"},
		"another secret than asked for": {emulator.Options{Answer: after(func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"id":"https://hostile-kv.vault.azure.net/secrets/other/0123456789abcdef0123456789abcdef","value":"x"}`)
		})}, "hostile-kv.vault.azure.net does not answer as a vault does"},
		"a body of a gibibyte": {emulator.Options{Answer: after(func(w http.ResponseWriter) {
			some := make([]byte, 1<<20)
			for range 1 << 10 {
				if _, err := w.Write(some); err != nil {
					return // the client has had enough
				}
			}
		})}, "hostile-kv.vault.azure.net does not answer as a vault does"},
		"a certificate of another name": {emulator.Options{Certified: func(host string) string { return strings.Replace(host, "hostile", "other", 1) }}, "has no certificate for it that is trusted here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			hosts := map[string]int{}
			inner := c.options.Answer
			c.options.Answer = func(w http.ResponseWriter, r *http.Request) bool {
				mu.Lock()
				hosts[r.Host]++
				mu.Unlock()
				return inner != nil && inner(w, r)
			}
			w := newWorld(t, c.options)
			w.write("Secretfile.yml", manyIn("hostile-kv", 10))
			o := w.sz("apply", "--auto-approve")
			if o.code == 0 || !strings.Contains(o.String(), c.says) || strings.Contains(o.String(), "panic") {
				t.Errorf("exit code %d, want an error with %q\n%s", o.code, c.says, o)
			}
			if w.versions() != 0 {
				t.Errorf("%d versions were made", w.versions())
			}
			for host := range hosts {
				if !strings.HasPrefix(host, "hostile-kv.") {
					t.Errorf("%s was asked", host)
				}
			}
		})
	}
}
