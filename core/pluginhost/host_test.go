package pluginhost

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

func open(t testing.TB, h *Host, kind string, config schema.Value) *Instance {
	t.Helper()
	plugin, _, ok := catalog(t, h).Provider(kind)
	if !ok {
		t.Fatalf("no provider %s", kind)
	}
	spec := ProviderSpec{Plugin: plugin, Alias: "a", Kind: kind, Config: config}
	spec.Granted = h.Asks(spec)
	i, found, err := h.OpenProvider(t.Context(), spec)
	if err != nil || Failed(found) {
		t.Fatal(err, found)
	}
	return i
}

func spot(name string) []CheckItem {
	return []CheckItem{{Kind: "spot", Config: schema.NewMap([]schema.Field{{Name: "name", Value: schema.NewString(name)}})}}
}

func TestFindRunsNothingAndLooksWhereItIsTold(t *testing.T) {
	dir, second := t.TempDir(), t.TempDir()
	ran := filepath.Join(t.TempDir(), "ran")
	for path, mode := range map[string]os.FileMode{
		filepath.Join(dir, "sz-plugin-good"): 0o755, filepath.Join(dir, "sz-plugin-unexecutable"): 0o644, filepath.Join(dir, "sz-plugin-Bad_Name"): 0o755,
		filepath.Join(dir, "other"): 0o755, filepath.Join(second, "sz-plugin-good"): 0o755, filepath.Join(second, "sz-plugin-second"): 0o755,
	} {
		if err := os.WriteFile(path, []byte("#!/bin/sh\ntouch "+ran+"\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Find([]string{dir, filepath.Join(dir, "missing"), second})
	if err != nil {
		t.Fatal(err)
	}
	want := []Candidate{{Name: "good", Path: filepath.Join(dir, "sz-plugin-good")}, {Name: "second", Path: filepath.Join(second, "sz-plugin-second")}}
	if len(found) != 2 || found[0] != want[0] || found[1] != want[1] {
		t.Errorf("found %v, want %v", found, want)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a candidate was run")
	}
	if _, err := Find([]string{"relative"}); err == nil {
		t.Error("a relative directory was searched")
	}
}

func TestDescriptionIsAskedForOnce(t *testing.T) {
	h := host(t, nil, "honest")
	if got := catalog(t, h).Plugins[0]; got.Version != "1.2.3" || len(got.Hash) != 64 {
		t.Errorf("described as %s, hash %q", got.Version, got.Hash)
	}
	// A cached description needs no process: nothing is left that could be started.
	later := New(Options{Dirs: h.options.Dirs, CacheDir: h.options.CacheDir, RuntimeDir: "/nowhere"})
	if got := catalog(t, later).Plugins; len(got) != 1 || got[0].Version != "1.2.3" {
		t.Errorf("from the cache: %v", got)
	}
}

func TestPluginGetsOnlyTheEnvironmentItWasGranted(t *testing.T) {
	h := host(t, map[string]string{
		"GRANTED_ALWAYS": "1", "GRANTED_IN_PLAIN": "2", "GRANTED_IN_FANCY": "3", "NEVER_ASKED": "4", "GODEBUG": "5", "PATH": "6",
	}, "honest")
	given := open(t, h, "honest", schema.Value{}).Identity[0].Value
	for name, want := range map[string]bool{
		"GRANTED_ALWAYS": true, "GRANTED_IN_PLAIN": true, "GRANTED_IN_FANCY": false, "NEVER_ASKED": false, "GODEBUG": false, "PATH": false, "HOME": false,
	} {
		if got := strings.Contains("\n"+given, "\n"+name+"="); got != want {
			t.Errorf("%s in the environment: %t, want %t", name, got, want)
		}
	}
}

func TestGeneratorGetsNoEnvironmentAndNoInput(t *testing.T) {
	h := host(t, map[string]string{"GRANTED_ALWAYS": "1"}, "honest")
	plugin, _, _ := catalog(t, h).Generator("honest_environment")
	i, err := h.OpenGenerators(t.Context(), plugin)
	if err != nil {
		t.Fatal(err)
	}
	w, err := i.Begin(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	made, err := w.Generate(t.Context(), []GeneratorItem{{Kind: "honest_environment", Config: schema.NewMap(nil)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(made[0].Payload.Scalar().Expose()), "\n") {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "PLUGIN_") && !strings.HasPrefix(name, "SZ_PLUGIN_") && name != "GOTRACEBACK" && line != "stdin=" {
			t.Errorf("the plugin has %s=%q", name, value)
		}
	}
}

func TestHostSurvivesWhatAPluginWrites(t *testing.T) {
	h := host(t, nil, "noisy")
	i := open(t, h, "noisy", schema.Value{})
	if _, err := i.CheckTargets(t.Context(), spot("x")); err != nil {
		t.Fatal(err)
	}
	_, err := i.CheckTargets(t.Context(), spot("exit"))
	f, ok := errors.AsType[*Failure](err)
	if !ok || !f.Ended {
		t.Fatalf("want a failure that tells of the end, got %v", err)
	}
	if len(f.Output) > keptOutput+100 || strings.ContainsAny(f.Output, "\x1b") {
		t.Errorf("%d bytes of output, with escapes: %t", len(f.Output), strings.ContainsAny(f.Output, "\x1b"))
	}
}

func TestPanicEndsTheCallAndNotThePlugin(t *testing.T) {
	i := open(t, host(t, nil, "honest"), "honest", schema.Value{})
	_, err := i.CheckTargets(t.Context(), spot("panic"))
	if err == nil || !strings.Contains(err.Error(), "plugin honest 1.2.3 failed while checking targets") || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("got %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Error("the cause of a panic was shown")
	}
	if _, err := i.CheckTargets(t.Context(), spot("fine")); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

func TestCrashTellsWhatThePluginWasDoing(t *testing.T) {
	i := open(t, host(t, nil, "honest"), "honest", schema.Value{})
	_, err := i.CheckTargets(t.Context(), spot("exit"))
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"plugin honest 1.2.3", "checking targets", "exit status 9", "fatal: leaving"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %q", part, err)
		}
	}
}

func TestHostileHandshakes(t *testing.T) {
	for role, part := range map[string]string{
		"elsewhere": "not in its own directory", "garbage": "Unrecognized remote plugin message", "dying": "out of luck", "misnamed": `calls itself "another"`,
	} {
		t.Run(role, func(t *testing.T) {
			c, err := host(t, nil, role).Catalog(t.Context())
			if err == nil || len(c.Plugins) > 0 || !strings.Contains(err.Error(), part) {
				t.Errorf("%d plugins, error %v; want %q", len(c.Plugins), err, part)
			}
			if err != nil && strings.ContainsRune(err.Error(), '\x1b') {
				t.Error("an escape sequence of the plugin is in the error")
			}
		})
	}
}

func TestTwoPluginsForOneKindAreRefused(t *testing.T) {
	h := host(t, nil, "honest", "again")
	if c := catalog(t, h); len(c.Plugins) != 2 {
		t.Fatalf("%d plugins", len(c.Plugins))
	}
	c := &Catalog{Plugins: []Served{{Candidate: Candidate{Path: "/a"}, Description: Description{Generators: catalog(t, h).Plugins[0].Generators}},
		{Candidate: Candidate{Path: "/b"}, Description: Description{Generators: catalog(t, h).Plugins[0].Generators}}}}
	if err := c.ambiguous(); err == nil || !strings.Contains(err.Error(), "two plugins, /a and /b") {
		t.Errorf("got %v", err)
	}
}

// A plugin that is stopped answers nothing, not even a request to end: go-plugin's
// own Kill would wait for ever.
func TestStoppedPluginIsEnded(t *testing.T) {
	h := host(t, nil, "honest")
	i := open(t, h, "honest", schema.Value{})
	stop(t, i.PID())
	done := make(chan error)
	go func() { done <- h.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("closing the host hangs")
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(i.PID())); err == nil {
		t.Error("the plugin still runs")
	}
}

func TestHostLeavesNoGoroutine(t *testing.T) {
	ignored := []goleak.Option{goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction(forkThread)}
	h := host(t, nil, "honest")
	if _, err := open(t, h, "honest", schema.Value{}).CheckTargets(t.Context(), spot("x")); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, ignored...)
}

// A binary is ours by its hash alone: not by its name, not by where it lies.
func TestNamesAndKindsOfOurOwnAreReserved(t *testing.T) {
	h := host(t, nil, "file")
	served, err := h.Catalog(t.Context())
	if len(served.Plugins) != 0 || err == nil || !strings.Contains(err.Error(), "the name is reserved") {
		t.Errorf("a plugin named file: %d served, %v", len(served.Plugins), err)
	}
	stranger := Served{Candidate: Candidate{Name: "stranger"}, Description: Description{Generators: []wire.GeneratorDescription{{Kind: "random_password"}}}}
	if err := stranger.reserved(); err == nil || !strings.Contains(err.Error(), "only the plugins of sz itself") {
		t.Errorf("a stranger that makes random_password: %v", err)
	}
	stranger.Generators, stranger.Providers = nil, []wire.ProviderDescription{{Kind: "azure"}}
	if err := stranger.reserved(); err == nil {
		t.Error("a stranger may serve azure")
	}
	stranger.FirstParty = true
	if err := stranger.reserved(); err != nil {
		t.Error(err)
	}
}
