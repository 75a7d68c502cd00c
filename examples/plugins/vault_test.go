package plugins

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// vault is the part of Vault's key/value API, version 2, that the example uses
// (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2).
type vault struct {
	mu    sync.Mutex
	paths map[string]vaultEntry
	token string
}

type vaultEntry struct {
	data    json.RawMessage
	version int
}

// ServeHTTP answers as Vault does.
func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/secret/data/")
	present := v.paths[path]
	metadata := func(version int) map[string]any { return map[string]any{"version": version, "destroyed": false} }
	answer := func(data any) { _ = json.NewEncoder(w).Encode(map[string]any{"data": data}) }
	switch {
	case r.Header.Get("X-Vault-Token") != v.token:
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodGet && ok && present.version > 0:
		answer(map[string]any{"data": present.data, "metadata": metadata(present.version)})
	case r.Method == http.MethodPost && ok:
		var asked struct {
			Options struct{ CAS *int }
			Data    json.RawMessage
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Options.CAS == nil || *asked.Options.CAS != present.version {
			w.WriteHeader(http.StatusBadRequest) // check-and-set parameter did not match the current version
			return
		}
		v.paths[path] = vaultEntry{asked.Data, present.version + 1}
		answer(metadata(present.version + 1))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// TestTheSecondExampleOfAPlugin checks examples/plugins/vault as a stranger would.
func TestTheSecondExampleOfAPlugin(t *testing.T) {
	t.Parallel()
	source := filepath.Join(testbin.Root(), "examples", "plugins", "vault")
	store := &vault{paths: map[string]vaultEntry{}, token: "token-of-vault"}
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	binary := filepath.Join(dir, "sz-plugin-vault")
	shell(t, source, "go build -mod=readonly -trimpath -ldflags=-s -o "+binary+" .", "GOFLAGS=")
	text, err := os.ReadFile(filepath.Join(source, "Secretfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "http://127.0.0.1:8200", server.URL, 1))
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{"VAULT_TOKEN=" + store.token, "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}
	tested := shell(t, dir, "sz plugin test --config Secretfile.yml "+binary, env...)
	if !strings.Contains(tested, ", 0 failed, 0 warnings") {
		t.Error(tested)
	}
}
