package pluginhost

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// forkThread is what a goroutine does for as long as the process lives: see
// core/sandbox.
const forkThread = "github.com/secretzero/sz/core/sandbox.serveForks"

// TestMain makes this test binary every plugin that the tests need: a plugin is
// chosen by the name that the binary has.
func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), namePrefix); ok {
		roles[name]()
		os.Exit(0)
	}
	if path := os.Getenv("SZ_TEST_HOST"); path != "" {
		beHost(path)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beHost is a host that a test kills.
var beHost = func(string) {}

var roles = map[string]func(){
	"honest": func() { sdk.Serve(honest("honest")) },
	"again":  func() { sdk.Serve(honest("again")) },
	"noisy": func() {
		// The first line panics go-plugin v1.8.0's own reader of logs.
		fmt.Fprintln(os.Stderr, `{"@message": 5}`)
		fmt.Fprint(os.Stderr, strings.Repeat("x", 1<<20))
		fmt.Fprintln(os.Stderr, "\x1b[2J##[error]forged")
		sdk.Serve(honest("noisy"))
	},
	"elsewhere": func() {
		fmt.Printf("1|1|unix|%s|grpc|\n", filepath.Join(os.TempDir(), "somebody-elses.sock"))
		_, _ = io.Copy(io.Discard, os.NewFile(3, "credentials"))
	},
	"garbage": func() { fmt.Println("\x1b[31mwelcome to my plugin") },
	"dying": func() {
		fmt.Fprintln(os.Stderr, "panic: out of luck")
		os.Exit(3)
	},
	"misnamed": func() { sdk.Serve(honest("another")) },
}

type place struct {
	Name string `sz:"name,required,identity" doc:"where"`
}

// honest is a small plugin that tells what it was given.
func honest(name string) sdk.Plugin {
	return sdk.Plugin{
		Name: name, Version: "1.2.3", Summary: "for tests",
		Generators: []sdk.Generator{sdk.GeneratorOf[struct{}]{
			Kind: name + "_environment", Summary: "the environment of the process",
			Generate: func(context.Context, struct{}) (secret.Payload, error) {
				input, _ := io.ReadAll(os.Stdin)
				return secret.NewText(secret.FromString(strings.Join(os.Environ(), "\n") + "\nstdin=" + string(input))), nil
			},
		}},
		Providers: []sdk.Provider{sdk.ProviderOf[struct {
			Mode string `sz:"mode" default:"plain" doc:"a mode"`
		}, int]{
			Kind: name, Summary: "for tests",
			Permissions: []sdk.Permission{
				{Kind: sdk.Environment, Value: "GRANTED_ALWAYS"},
				{Kind: sdk.Environment, Value: "GRANTED_IN_PLAIN", WhenPath: "mode", WhenEquals: []string{"plain"}},
				{Kind: sdk.Environment, Value: "GRANTED_IN_FANCY", WhenPath: "mode", WhenEquals: []string{"fancy"}},
				{Kind: sdk.Environment, Value: "GODEBUG"},
			},
			Open: func(context.Context, struct {
				Mode string `sz:"mode" default:"plain" doc:"a mode"`
			}, sdk.OpenInfo) (int, []sdk.Claim, error) {
				return 0, []sdk.Claim{{Name: "environment", Value: strings.Join(os.Environ(), "\n")}}, nil
			},
			Targets: []sdk.TargetFor[int]{sdk.TargetOf[int, place]{
				Kind: "spot", Summary: "for tests",
				Check: func(_ context.Context, _ int, w sdk.Wanted[place]) (sdk.Place, error) {
					if w.Config.Name == "panic" {
						panic("the value was hunter2-hunter2")
					}
					if w.Config.Name == "exit" {
						fmt.Fprintln(os.Stderr, "fatal: leaving")
						os.Exit(9)
					}
					return sdk.Place{Address: w.Config.Name}, nil
				},
				Write: func(context.Context, int, sdk.Write[place]) (sdk.WriteResult, error) {
					return sdk.WriteResult{Outcome: sdk.Applied, Receipt: sdk.Receipt{Revision: "1"}}, nil
				},
			}},
		}},
	}
}

// host is a host that finds this test binary under some names.
func host(t testing.TB, env map[string]string, names ...string) *Host {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, namePrefix+name)); err != nil {
			t.Fatal(err)
		}
	}
	runtimeDir, err := os.MkdirTemp("", "szt-") // short: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{
		Dirs: []string{dir}, CacheDir: t.TempDir(), RuntimeDir: runtimeDir,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(runtimeDir); len(left) > 0 {
			t.Errorf("left in the runtime directory: %v", left)
		}
		_ = os.RemoveAll(runtimeDir)
	})
	return h
}

func catalog(t testing.TB, h *Host) *Catalog {
	t.Helper()
	c, err := h.Catalog(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
