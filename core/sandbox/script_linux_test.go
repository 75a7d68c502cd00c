package sandbox

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const python = "/usr/bin/python3"

func needsPython(t *testing.T) {
	t.Helper()
	file, err := openInterpreter(python)
	if err != nil {
		t.Skipf("no Python of the system here: %v", err)
	}
	_ = file.Close()
}

// TestAnInterpreterIsRootsOnly opens what could run a plugin.
func TestAnInterpreterIsRootsOnly(t *testing.T) {
	needsPython(t)
	dir := t.TempDir()
	if err := os.Symlink(python, filepath.Join(dir, "python3")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, fault string }{
		{python, ""},
		{filepath.Join(dir, "python3"), "can be changed by others than root"},
		{"/usr/bin/no-such-python", "is not on this machine; install it"},
		{"/etc/passwd", "has to be below"},
		{"/usr/bin", "no file that can be run"},
	} {
		file, err := openInterpreter(c.path)
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v", c.path, err)
		}
		if err == nil {
			_ = file.Close()
		}
	}
}

// TestAScriptIsConfined runs a script that attacks, in every tier: nothing of what it
// can do without a sandbox may be possible in one.
func TestAScriptIsConfined(t *testing.T) {
	needsPython(t)
	text, err := os.ReadFile(filepath.Join("testdata", "attacks.py"))
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, append([]byte("#!"+python+" -IS\n"), text...), 0o755); err != nil {
		t.Fatal(err)
	}
	free := attack(t, script, T0)
	// Seen without a sandbox, so that what fails in one is a proof.
	if len(free.Succeeded) < 12 {
		t.Errorf("without a sandbox only %q succeeded", free.Succeeded)
	}
	for tier, open := range map[Tier][]string{
		T1: {"read a file of the system", "read a file of the user", "change its own text", "change its interpreter's library"},
		T2: nil, T3: nil,
	} {
		t.Run(tier.String(), func(t *testing.T) {
			for _, name := range attack(t, script, tier).Succeeded {
				if !slices.Contains(open, name) {
					t.Errorf("it can %s", name)
				}
			}
		})
	}
	if now, err := os.ReadFile(script); err != nil || !strings.HasSuffix(string(now), string(text)) {
		t.Errorf("the script was changed: %v", err)
	}
}

type attacked struct {
	Arguments, Environment, Succeeded []string
	Text                              string
}

// attack runs the script in one tier.
func attack(t *testing.T, script string, tier Tier) attacked {
	t.Helper()
	binary, err := os.Open(script)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stdoutEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	sockets := t.TempDir()
	p, err := Start(Spec{
		Binary: binary, Name: script, Stdout: stdoutEnd, Stderr: stderrEnd, SocketDir: sockets, Min: tier, Max: tier,
		Env: func(Place) []string {
			return []string{"SECRET=" + secret, "INTERPRETER=" + python, "SOCKETS=" + sockets, "LOADER=" + loader(t)}
		},
	})
	_, _ = stdoutEnd.Close(), stderrEnd.Close()
	if err != nil {
		t.Skipf("%s cannot be reached here: %v", tier, err)
	}
	said, err := io.ReadAll(stdout)
	if err != nil {
		t.Fatal(err)
	}
	complaint, _ := io.ReadAll(stderr)
	exit := p.Wait()
	var result attacked
	if err := json.Unmarshal(said, &result); err != nil {
		t.Fatalf("%s: %v: %q, %q", exit, err, said, complaint)
	}
	if (exit == "exit status 42") != (tier > T0) {
		t.Errorf("%s: whether it became another program at its end: %s", tier, exit)
	}
	if result.Text != "#!"+python+" -IS\n" || len(result.Arguments) != 1 {
		t.Errorf("it was run with %q and read %q", result.Arguments, result.Text)
	}
	return result
}

// loader is what starts programs with shared libraries.
func loader(t *testing.T) string {
	t.Helper()
	for _, pattern := range []string{"/lib64/ld-linux*.so.*", "/lib/ld-*.so.*"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	return "/no/loader"
}
