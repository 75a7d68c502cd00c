package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretzero/sz/internal/testbin"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testbin.Cleanup()
	os.Exit(code)
}

// TestScripts runs what a user could type, with the real programs.
func TestScripts(t *testing.T) {
	testscript.Run(t, params(t, filepath.Join("testdata", "script")))
}

// params run the scripts of a directory, each in a directory and with a home of its
// own.
func params(t *testing.T, dir string) testscript.Params {
	bin := testbin.Dir(t)
	return testscript.Params{
		Dir:  dir,
		Cmds: pluginCommands(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("BIN", bin)
			env.Setenv("SZ", filepath.Join(bin, "sz"))
			// Not in the project: what a user allows is refused there.
			home, err := os.MkdirTemp("", "sz-home-")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = os.RemoveAll(home) })
			env.Setenv("HOME", home)
			env.Setenv("TMPDIR", os.TempDir()) // sockets need a short path
			return nil
		},
	}
}
