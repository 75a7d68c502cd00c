package plugins

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// store is the server of an independent plugin, in memory.
type store interface {
	http.Handler
	// value is what is stored in a place; change changes it behind sz's back.
	value(place string) string
	change(place string)
}

// independent are the examples that were written from docs/ alone, with the address of
// the server in their Secretfiles and the places of the two secrets there.
var independent = map[string]struct {
	server   string
	password string
	session  string
	lines    int // of code that it has fewer than; 0 for no bound
	fresh    func() store
}{
	"etcd":   {"http://127.0.0.1:2379", "/shop/db_password", "/shop/session_key", 0, func() store { return &etcd{revision: 1, keys: map[string]etcdKey{}} }},
	"webdav": {"http://127.0.0.1:18765", "/shop/db_password", "/shop/api_password", 60, func() store { return &webdav{files: map[string]webdavFile{}} }},
}

// independentProject is a new directory with an example's Secretfile, a new server, and
// the example, built as a stranger does, in its own module.
func independentProject(t *testing.T, name string) (dir, binary string, server store) {
	t.Helper()
	source := filepath.Join(testbin.Root(), "examples", "plugins", name)
	server = independent[name].fresh()
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	text, err := os.ReadFile(filepath.Join(source, "Secretfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	dir, binary = t.TempDir(), filepath.Join(t.TempDir(), "sz-plugin-"+name)
	text = []byte(strings.ReplaceAll(string(text), independent[name].server, listening.URL))
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	shell(t, source, "go build -mod=readonly -trimpath -ldflags=-s -o "+binary+" .", "GOFLAGS=")
	return dir, binary, server
}

// TestIndependentPluginsConform checks the examples with `sz plugin test`.
func TestIndependentPluginsConform(t *testing.T) {
	for name := range independent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, binary, _ := independentProject(t, name)
			source := filepath.Join(testbin.Root(), "examples", "plugins", name, "main.go")
			if lines, most := codeLines(t, source), independent[name].lines; most > 0 && lines >= most {
				t.Errorf("%d lines of code; less than %d are enough", lines, most)
			}
			modestly(t, binary)
			tested := shell(t, dir, "sz plugin test --config Secretfile.yml "+binary, "HOME="+t.TempDir(), "TMPDIR="+os.TempDir())
			if !strings.Contains(tested, ", 0 failed, 0 warnings") || !strings.Contains(tested, "killed-mid-write") {
				t.Error(tested)
			}
		})
	}
}

// TestIndependentPluginsAreApplied applies the examples' Secretfiles twice, and finds what
// was changed behind sz's back.
func TestIndependentPluginsAreApplied(t *testing.T) {
	for name, places := range independent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			project, binary, server := independentProject(t, name)
			home := t.TempDir()
			sz := func(args ...string) (string, error) {
				cmd := exec.Command(filepath.Join(testbin.Dir(t), "sz"), append(args, "--plugin-dev", name+"="+binary)...)
				cmd.Dir, cmd.Env = project, append(os.Environ(), "HOME="+home, "TMPDIR="+os.TempDir())
				output, err := cmd.CombinedOutput()
				return string(output), err
			}
			output, err := sz("apply", "--auto-approve")
			digest := regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`).FindStringSubmatch(output)
			if err == nil || digest == nil || server.value(places.password) != "" {
				t.Fatalf("a stranger's plugin ran without approval, or none was asked for: %v\n%s", err, output)
			}
			if output, err = sz("apply", "--auto-approve", "--trust", digest[1]); err != nil {
				t.Fatalf("apply: %v\n%s", err, output)
			}
			password, session := server.value(places.password), server.value(places.session)
			if len(password) != 32 || len(session) != 32 || password == session {
				t.Fatalf("the server holds %d and %d bytes", len(password), len(session))
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
			server.change(places.password)
			if output, err := sz("drift", "--trust", digest[1]); err == nil || !strings.Contains(output, places.password) || strings.Contains(output, places.session) {
				t.Errorf("drift: %v\n%s", err, output)
			}
		})
	}
}
