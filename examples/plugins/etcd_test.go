package plugins

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// etcdProject is a new directory with the example's Secretfile, and a new etcd.
func etcdProject(t *testing.T, source string) (string, *etcd) {
	t.Helper()
	store := &etcd{revision: 1, keys: map[string]etcdKey{}}
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	text, err := os.ReadFile(filepath.Join(source, "Secretfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text = []byte(strings.Replace(string(text), "http://127.0.0.1:2379", server.URL, 1))
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, store
}

// etcdPlugin builds examples/plugins/etcd as a stranger does, in its own module.
func etcdPlugin(t *testing.T, source string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "sz-plugin-etcd")
	shell(t, source, "go build -mod=readonly -trimpath -ldflags=-s -o "+binary+" .", "GOFLAGS=")
	return binary
}

// TestEtcdConforms checks the example with `sz plugin test`.
func TestEtcdConforms(t *testing.T) {
	t.Parallel()
	source := filepath.Join(testbin.Root(), "examples", "plugins", "etcd")
	binary := etcdPlugin(t, source)
	dir, _ := etcdProject(t, source)
	tested := shell(t, dir, "sz plugin test --config Secretfile.yml "+binary, "HOME="+t.TempDir(), "TMPDIR="+os.TempDir())
	if !strings.Contains(tested, ", 0 failed, 0 warnings") || !strings.Contains(tested, "killed-mid-write") {
		t.Error(tested)
	}
}

// TestEtcdIsApplied applies the example's Secretfile twice, and finds what was changed
// behind sz's back.
func TestEtcdIsApplied(t *testing.T) {
	t.Parallel()
	source := filepath.Join(testbin.Root(), "examples", "plugins", "etcd")
	binary, home := etcdPlugin(t, source), t.TempDir()
	project, store := etcdProject(t, source)
	sz := func(args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(testbin.Dir(t), "sz"), append(args, "--plugin-dev", "etcd="+binary)...)
		cmd.Dir, cmd.Env = project, append(os.Environ(), "HOME="+home, "TMPDIR="+os.TempDir())
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	output, err := sz("apply", "--auto-approve")
	digest := regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`).FindStringSubmatch(output)
	if err == nil || digest == nil || store.value("/shop/db_password") != "" {
		t.Fatalf("a stranger's plugin ran without approval, or none was asked for: %v\n%s", err, output)
	}
	if output, err = sz("apply", "--auto-approve", "--trust", digest[1]); err != nil {
		t.Fatalf("apply: %v\n%s", err, output)
	}
	password, session := store.value("/shop/db_password"), store.value("/shop/session_key")
	if len(password) != 32 || len(session) != 32 || password == session {
		t.Fatalf("etcd holds %d and %d bytes", len(password), len(session))
	}
	again, err := sz("apply", "--auto-approve", "--trust", digest[1])
	if err != nil || !strings.Contains(again, "Nothing to do") {
		t.Errorf("the second apply: %v\n%s", err, again)
	}
	if said := output + again; strings.Contains(said, password) || strings.Contains(said, session) {
		t.Error("a value was shown")
	}
	if output, err := sz("drift", "--trust", digest[1]); err != nil {
		t.Errorf("drift before a change: %v\n%s", err, output)
	}
	store.mu.Lock()
	store.put(&etcdRequest{Key: []byte("/shop/db_password"), Value: []byte("changed by hand")})
	store.mu.Unlock()
	if output, err := sz("drift", "--trust", digest[1]); err == nil || !strings.Contains(output, "/shop/db_password") || strings.Contains(output, "/shop/session_key") {
		t.Errorf("drift: %v\n%s", err, output)
	}
}
