// Package testbin gives tests the real programs: sz, its plugins and the emulator.
// `make test` has built them and says where in SZ_BIN; without that they are built
// once for each test process.
package testbin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

var built = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("SZ_BIN"); dir != "" {
		return dir, nil
	}
	dir, err := os.MkdirTemp("", "sz-testbin-")
	if err != nil {
		return "", err
	}
	output, err := exec.Command(filepath.Join(Root(), "scripts", "build"), dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return dir, nil
})

// Dir is the directory of the programs.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatalf("the programs could not be built: %v", err)
	}
	return dir
}

// Root is the root of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Cleanup removes what was built here. TestMain calls it last.
func Cleanup() {
	if os.Getenv("SZ_BIN") == "" {
		if dir, err := built(); err == nil {
			_ = os.RemoveAll(dir)
		}
	}
}
