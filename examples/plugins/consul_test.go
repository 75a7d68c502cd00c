package plugins

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// consul is the part of Consul's key/value API that the example uses: PUT with a
// check-and-set index, GET (developer.hashicorp.com/consul/api-docs/kv).
type consul struct {
	mu    sync.Mutex
	index uint64
	keys  map[string]consulKey
	token string
}

type consulKey struct {
	Value       []byte
	ModifyIndex uint64
}

// ServeHTTP answers as Consul does.
func (c *consul) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Header.Get("X-Consul-Token") != c.token {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/v1/kv/")
	present := c.keys[name]
	switch r.Method {
	case http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		cas, err := strconv.ParseUint(r.URL.Query().Get("cas"), 10, 64)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if cas == present.ModifyIndex {
			c.index++
			c.keys[name] = consulKey{body, c.index}
		}
		fmt.Fprint(w, cas == present.ModifyIndex)
	case http.MethodGet:
		if present.ModifyIndex == 0 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode([]consulKey{present})
	}
}

// TestTheExampleOfAPlugin builds examples/plugins/consul as a stranger does, in its own
// module, checks it with `sz plugin test`, and applies a Secretfile with it.
func TestTheExampleOfAPlugin(t *testing.T) {
	t.Parallel()
	source := filepath.Join(testbin.Root(), "examples", "plugins", "consul")
	if lines := codeLines(t, filepath.Join(source, "main.go")); lines >= 60 {
		t.Errorf("the example has %d lines of code", lines)
	}
	store := &consul{keys: map[string]consulKey{}, token: "token-of-consul"}
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	binary := filepath.Join(dir, "bin", "sz-plugin-consul")
	shell(t, source, "CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags=-s -o "+binary+" .", "GOFLAGS=")
	modestly(t, binary)
	secretfile, err := os.ReadFile(filepath.Join(source, "Secretfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	project := filepath.Join(dir, "project")
	if err := os.Mkdir(project, 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(secretfile), "http://127.0.0.1:8500", server.URL, 1)
	if err := os.WriteFile(filepath.Join(project, "Secretfile.yml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{"CONSUL_HTTP_TOKEN=" + store.token, "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}
	tested := shell(t, project, "sz plugin test --config Secretfile.yml "+binary, env...)
	if !strings.Contains(tested, ", 0 failed") || !strings.Contains(tested, "killed-mid-write") {
		t.Error(tested)
	}
	apply := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "apply", "--auto-approve", "--plugin-dev", "consul="+binary)
	apply.Dir, apply.Env = project, append(os.Environ(), env...)
	output, err := apply.CombinedOutput()
	digest := regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`).FindSubmatch(output)
	if err == nil || digest == nil {
		t.Fatalf("a stranger's plugin ran without approval, or none was asked for: %v\n%s", err, output)
	}
	run := "sz apply --auto-approve --trust " + string(digest[1]) + " --plugin-dev consul=" + binary
	shell(t, project, run, env...)
	store.mu.Lock()
	stored := store.keys["db_password"]
	store.mu.Unlock()
	if len(stored.Value) != 32 {
		t.Fatalf("consul holds %d bytes", len(stored.Value))
	}
	if again := shell(t, project, run, env...); !strings.Contains(again, "Nothing to do") || strings.Contains(again, string(stored.Value)) {
		t.Error(again)
	}
	// A change from outside is found.
	store.mu.Lock()
	store.index++
	store.keys["db_password"] = consulKey{[]byte("changed by hand"), store.index}
	store.mu.Unlock()
	drift := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "drift", "--trust", string(digest[1]), "--plugin-dev", "consul="+binary)
	drift.Dir, drift.Env = project, append(os.Environ(), env...)
	if output, err := drift.CombinedOutput(); err == nil || !strings.Contains(string(output), "consul_kv:") {
		t.Errorf("drift: %v\n%s", err, output)
	}
}

// modestly makes sure that building a plugin links no more than it must: the SDK with
// go-plugin, grpc and protobuf, and what they need.
func modestly(t *testing.T, binary string) {
	t.Helper()
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d modules, %.1f MiB stripped", len(info.Deps), float64(file.Size())/(1<<20))
	if len(info.Deps) > 16 {
		for _, module := range info.Deps {
			t.Log(module.Path)
		}
		t.Errorf("a plugin links %d modules; 16 are enough", len(info.Deps))
	}
	if file.Size() > 14<<20 {
		t.Errorf("a plugin has %d bytes; 14 MiB are enough", file.Size())
	}
}

// codeLines counts the lines that are neither empty nor comments.
func codeLines(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}
