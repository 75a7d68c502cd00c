package plugins

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// TestNewPluginInJavaScriptBuildsAndKeepsTheRules does in another language what
// [TestNewPluginsBuildAndKeepTheRules] does, on a machine that has it.
func TestNewPluginInJavaScriptBuildsAndKeepsTheRules(t *testing.T) {
	t.Parallel()
	if output, err := exec.Command("node", "-e", "process.exit(Number(process.versions.node.split('.')[0]) >= 20 ? 0 : 1)").CombinedOutput(); err != nil {
		t.Skipf("no Node.js 20 or later here: %v %s", err, output)
	}
	dir := t.TempDir()
	project := begin(t, dir, "node", "target")
	install := exec.Command("npm", "install", "--no-audit", "--no-fund")
	install.Dir = project
	if output, err := install.CombinedOutput(); err != nil {
		t.Skipf("its packages cannot be had here: %v\n%s", err, output)
	}
	keepsTheRules(t, project)
	generator := begin(t, dir, "node", "generator")
	shell(t, dir, "cp -R "+project+"/node_modules "+generator)
	keepsTheRules(t, generator)
}

// TestNewPluginInPythonBuildsAndKeepsTheRules does the same in a third, whose programs
// are run by the interpreter of the machine, and applies a Secretfile.
func TestNewPluginInPythonBuildsAndKeepsTheRules(t *testing.T) {
	t.Parallel()
	if output, err := exec.Command("/usr/bin/python3", "-c", "import sys, pip; sys.exit(sys.version_info < (3, 10))").CombinedOutput(); err != nil {
		t.Skipf("no /usr/bin/python3 of 3.10 or later with pip here: %v %s", err, output)
	}
	dir := t.TempDir()
	project := begin(t, dir, "python", "target")
	libraries := exec.Command("make", "build/libraries")
	libraries.Dir = project
	if output, err := libraries.CombinedOutput(); err != nil && !strings.Contains(string(output), "DO NOT MATCH THE HASHES") {
		t.Skipf("its libraries cannot be had from PyPI here: %v\n%s", err, output)
	} else if err != nil {
		t.Fatalf("%s", output)
	}
	keepsTheRules(t, project)
	generator := begin(t, dir, "python", "generator")
	shell(t, dir, "mkdir "+generator+"/build && cp -R "+project+"/build/libraries "+generator+"/build/")
	keepsTheRules(t, generator)

	env := []string{"HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}
	dirs := "--plugin-dir " + project
	use := dirs
	asked := exec.Command("sh", "-c", "sz plan "+use)
	asked.Dir, asked.Env = project, append(environment(t), env...)
	said, err := asked.CombinedOutput()
	digest := trustLine.FindSubmatch(said)
	if err == nil || digest == nil || !strings.Contains(string(said), ", run by /usr/bin/python3") {
		t.Fatalf("who runs it was not said before it was approved: %v\n%s", err, said)
	}
	use += " --trust " + string(digest[1])
	if applied := shell(t, project, "sz apply --auto-approve "+use, env...); !strings.Contains(applied, "0.1.0, run by /usr/bin/python3, sandbox T") {
		t.Errorf("%s", applied)
	}
	if stored, err := os.ReadFile(filepath.Join(project, "db_password.txt")); err != nil || len(stored) != 32 {
		t.Errorf("stored %d bytes: %v", len(stored), err)
	}
	if again := shell(t, project, "sz apply --auto-approve "+use, env...); !strings.Contains(again, "Nothing to do") {
		t.Errorf("%s", again)
	}
	if listed := shell(t, project, "sz plugin list "+dirs, env...); !strings.Contains(listed, "unsigned, run by /usr/bin/python3") {
		t.Errorf("%s", listed)
	}
}

// begin makes a project, my-LANG-WHAT.
func begin(t *testing.T, dir, lang, what string) string {
	t.Helper()
	name := "my-" + lang + "-" + what
	shell(t, dir, "sz plugin new --kind "+what+" --lang "+lang+" "+name)
	project := filepath.Join(dir, "sz-plugin-"+name)
	isWhole(t, project)
	return project
}

// keepsTheRules builds a project and checks what it made.
func keepsTheRules(t *testing.T, project string) {
	t.Helper()
	output := shell(t, project, "make test")
	if !strings.Contains(output, ", 0 failed") || !strings.Contains(output, strings.TrimPrefix(filepath.Base(project), "sz-plugin-")+" 0.1.0") {
		t.Error(output)
	}
}

// isWhole demands what every project has.
func isWhole(t *testing.T, project string) {
	t.Helper()
	for _, name := range []string{"README.md", "LICENSE", ".github/workflows/test.yml", ".gitignore"} {
		if _, err := os.Stat(filepath.Join(project, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestNewPluginsBuildAndKeepTheRules makes each kind of project and does what it says
// to do next, and nothing else.
func TestNewPluginsBuildAndKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"target", "generator"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
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
			isWhole(t, project)
			again := exec.Command(filepath.Join(testbin.Dir(t), "sz"), "plugin", "new", "--kind", what, "my-"+what)
			again.Dir = dir
			if output, err := again.CombinedOutput(); err == nil || !strings.Contains(string(output), "is not empty") {
				t.Errorf("made again over what is there: %s", output)
			}
		})
	}
}
