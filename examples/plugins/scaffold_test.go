package plugins

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// TestNewPluginInJavaScriptBuildsAndKeepsTheRules does the same in another language, on
// a machine that has it.
func TestNewPluginInJavaScriptBuildsAndKeepsTheRules(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "sz plugin new --kind target --lang node my-shelf")
	project := filepath.Join(dir, "sz-plugin-my-shelf")
	if output, err := exec.Command("node", "-e", "process.exit(Number(process.versions.node.split('.')[0]) >= 20 ? 0 : 1)").CombinedOutput(); err != nil {
		t.Skipf("no Node.js 20 or later here: %v %s", err, output)
	}
	install := exec.Command("npm", "install", "--no-audit", "--no-fund")
	install.Dir = project
	if output, err := install.CombinedOutput(); err != nil {
		t.Skipf("its packages cannot be had here: %v\n%s", err, output)
	}
	output := shell(t, project, "make test")
	if !strings.Contains(output, ", 0 failed") || !strings.Contains(output, "my-shelf 0.1.0") {
		t.Error(output)
	}
}

// TestNewPluginsBuildAndKeepTheRules makes each kind of project and does what it says
// to do next, and nothing else.
func TestNewPluginsBuildAndKeepTheRules(t *testing.T) {
	for _, what := range []string{"target", "generator"} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			made := shell(t, dir, "sz plugin new --kind "+what+" --sdk "+testbin.Root()+" my-"+what)
			_, steps, _ := strings.Cut(made, "Next:")
			output := shell(t, dir, strings.Join(strings.Fields(strings.ReplaceAll(strings.TrimSpace(steps), "\n", " && ")), " "))
			if !strings.Contains(output, ", 0 failed") || !strings.Contains(output, "my-"+what+" 0.1.0") {
				t.Error(output)
			}
			project := filepath.Join(dir, "sz-plugin-my-"+what)
			if unformatted := shell(t, project, "gofmt -l ."); unformatted != "" {
				t.Errorf("not formatted: %s", unformatted)
			}
			for _, name := range []string{"README.md", "LICENSE", ".github/workflows/test.yml", ".gitignore"} {
				if _, err := os.Stat(filepath.Join(project, name)); err != nil {
					t.Error(err)
				}
			}
			again := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "plugin", "new", "--kind", what, "my-"+what)
			again.Dir = dir
			if output, err := again.CombinedOutput(); err == nil || !strings.Contains(string(output), "is not empty") {
				t.Errorf("made again over what is there: %s", output)
			}
		})
	}
}
