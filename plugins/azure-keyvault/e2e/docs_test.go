package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

var (
	yamlBlock    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")
)

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testbin.Root(), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeWorksAsWritten types what the README says, in an empty directory.
func TestReadmeWorksAsWritten(t *testing.T) {
	text, dir := document(t, "README.md"), t.TempDir()
	secretfile := yamlBlock.FindStringSubmatch(text)[1]
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), []byte(secretfile), 0o644); err != nil {
		t.Fatal(err)
	}
	commands := strings.Split(strings.TrimSpace(consoleBlock.FindStringSubmatch(text)[1]), "\n")
	for _, line := range commands {
		cmd := exec.Command("sh", "-c", strings.TrimPrefix(line, "$ "))
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "PATH=" + testbin.Dir(t) + ":" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
		if o := finish(t, cmd); o.code != 0 {
			t.Errorf("%s: exit code %d\n%s", line, o.code, o)
		}
	}
	env, err := os.ReadFile(filepath.Join(dir, ".env"))
	if err != nil || !regexp.MustCompile(`^API_KEY=[0-9a-f]{40}\n$`).Match(env) {
		t.Errorf("the .env file is not as promised: %v", err)
	}
}

// TestExamplesOfTheLanguage applies every Secretfile of docs/secretfile.md.
func TestExamplesOfTheLanguage(t *testing.T) {
	blocks := yamlBlock.FindAllStringSubmatch(document(t, "docs/secretfile.md"), -1)
	if len(blocks) == 0 {
		t.Fatal("no examples found")
	}
	for _, block := range blocks {
		w := newWorld(t, emulator.Options{})
		w.env = append(w.env, "SMTP_PASSWORD=of-the-documentation")
		w.write("Secretfile.yml", block[1])
		w.mustApply("Secretfile.yml")
		contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	}
}
