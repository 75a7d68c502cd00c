package plugins

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// TestABrokenBinaryIsFound takes a plugin that keeps the rules, breaks some that only a
// process can break, and demands that their checks, and no others, fail.
func TestABrokenBinaryIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shell(t, dir, "sz plugin new --kind target --sdk "+testbin.Root()+" broken")
	project := filepath.Join(dir, "sz-plugin-broken")
	change(t, filepath.Join(project, "target.go"), "	stored, revision, err := r.look(w.Config)\n",
		"	os.Stderr.WriteString(base64.StdEncoding.EncodeToString(append([]byte(\"it is \"), value.Expose()...)) + \"\\n\")\n	stored, revision, err := r.look(w.Config)\n")
	change(t, filepath.Join(project, "target.go"), "import (\n", "import (\n	\"encoding/base64\"\n")
	change(t, filepath.Join(project, "main.go"), "Open: open,\n", "Open: open,\n		Permissions: []sdk.Permission{{Kind: sdk.Network, Value: \"example.com:443\", Reason: \"no reason at all\"}},\n")
	shell(t, project, "go mod tidy && make build")
	cmd := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "plugin", "test", "--config", "Secretfile.yml", "sz-plugin-broken")
	cmd.Dir = project
	output, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it passes:\n%s", output)
	}
	want := []string{"fail  canaries", "a value is in its output"}
	if strings.Contains(string(output), "confined at T3") || strings.Contains(string(output), "confined at T2") {
		want = append(want, "fail  grants", "everything works without network example.com:443: do not ask for it")
	}
	for _, text := range want {
		if !strings.Contains(string(output), text) {
			t.Errorf("it does not say %q", text)
		}
	}
	if strings.Contains(string(output), "sz-canary") || strings.Count(string(output), "\n  fail  ") > 2 {
		t.Errorf("%s", output)
	}
}

// TestABinaryThatStaysIsFound takes a plugin that serves no more when it is told to end,
// and does not end.
func TestABinaryThatStaysIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shell(t, dir, "sz plugin new --kind generator --sdk "+testbin.Root()+" staying")
	project := filepath.Join(dir, "sz-plugin-staying")
	change(t, filepath.Join(project, "main.go"), "func main() { sdk.Serve(plugin) }", "func main() {\n	sdk.Serve(plugin)\n	select {}\n}")
	shell(t, project, "go mod tidy && make build")
	cmd := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "plugin", "test", "--config", "Secretfile.yml", "sz-plugin-staying")
	cmd.Dir = project
	output, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "fail  shutdown") || strings.Count(string(output), "\n  fail  ") > 1 {
		t.Errorf("%v\n%s", err, output)
	}
}

// change replaces one text in a file.
func change(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		t.Fatalf("%s does not hold %q once", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}
