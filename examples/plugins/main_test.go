package plugins

import (
	"os"
	"os/exec"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

func TestMain(m *testing.M) {
	// What is tested is what an author does at a desk: in CI, sz refuses a plugin under
	// development.
	_ = os.Unsetenv("CI")
	code := m.Run()
	testbin.Cleanup()
	os.Exit(code)
}

// shell runs a command line of a person in a directory, with sz in PATH.
func shell(t *testing.T, dir, line string, env ...string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(environment(t), env...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, output)
	}
	return string(output)
}

// environment is that of the person. Everything is compiled as scripts/build compiles, so
// that gRPC and what else all plugins need is compiled once.
func environment(t *testing.T) []string {
	t.Helper()
	return append(os.Environ(), "PATH="+testbin.Dir(t)+string(os.PathListSeparator)+os.Getenv("PATH"), "GOWORK=off", "GOFLAGS=-mod=mod -trimpath", "CGO_ENABLED=0")
}
