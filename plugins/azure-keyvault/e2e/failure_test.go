package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// three secrets in one vault, written one after the other with --parallelism 1.
const three = `metadata:
  project: failures
secrets:
  - name: first
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://failures.vault.azure.net"}}]
  - name: second
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://failures.vault.azure.net"}}]
  - name: third
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://failures.vault.azure.net"}}]
`

func TestMissingEnvironmentIsNamedBeforeAnythingHappens(t *testing.T) {
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", `secrets:
  - name: generated
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://kv-env.vault.azure.net"}}]
  - name: one
    kind: static
    config:
      value: ${FIRST_MISSING}
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://kv-env.vault.azure.net"}}]
  - name: two
    kind: static
    config:
      value: "text and ${SECOND_MISSING}"
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://kv-env.vault.azure.net"}}]
`)
	o := w.sz("apply", "--auto-approve")
	if o.code != 3 {
		t.Errorf("exit code %d, want 3\n%s", o.code, o)
	}
	contains(t, o.stderr,
		"environment variable FIRST_MISSING is not set [env-unset]", "Secretfile.yml:8:14",
		"environment variable SECOND_MISSING is not set [env-unset]", "Secretfile.yml:13:24")
	if requests := w.server.Requests(); len(requests) != 0 {
		t.Errorf("%d requests were made", len(requests))
	}
	if _, err := os.Stat(filepath.Join(w.dir, "Secretfile.lock")); err == nil {
		t.Error("a lock file was written")
	}
	if v := w.sz("validate"); v.code != 0 {
		t.Errorf("validate takes unset variables for not known yet: exit code %d\n%s", v.code, v)
	}
}

// pluginOf finds the plugin process that a vault request came from: the only
// running one of our programs whose parent is the sz of this test.
func pluginOf(t *testing.T, parent int, name string) int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		exe, _ := os.Readlink(filepath.Join("/proc", e.Name(), "exe"))
		status, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "status"))
		if filepath.Base(exe) == name && strings.Contains(string(status), "\nPPid:\t"+strconv.Itoa(parent)+"\n") {
			return pid
		}
	}
	t.Fatalf("no process %s", name)
	return 0
}

func TestKilledPluginIsNamedAndTheNextApplyCompletes(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system has no /proc to find the plugin's process in")
	}
	reached, killed := make(chan struct{}), make(chan struct{})
	var puts atomic.Int32
	w := newWorld(t, emulator.Options{Before: func(r emulator.Request) {
		if r.Method == "PUT" && puts.Add(1) == 2 {
			close(reached)
			<-killed
		}
	}})
	w.write("Secretfile.yml", three)
	cmd := w.command("apply", "--auto-approve", "--parallelism", "1")
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	if err := syscall.Kill(pluginOf(t, cmd.Process.Pid, "sz-plugin-azure-keyvault"), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	close(killed)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("exit code %d, want 4\n%s", code, output.String())
	}
	contains(t, output.String(),
		"plugin azure-keyvault ", "0.1.0-dev failed while storing key_vault:failures.vault.azure.net/second", "signal: killed",
		"What was stored is recorded. Apply again")
	lock, err := os.ReadFile(filepath.Join(w.dir, "Secretfile.lock"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(lock), `"target":"key_vault:failures.vault.azure.net/first"`)
	if strings.Contains(string(lock), "/third") {
		t.Error("the lock file tells of what was never stored")
	}
	first := w.value("failures", "first")
	w.mustApply("Secretfile.yml")
	if w.value("failures", "first") != first {
		t.Error("the first value was made anew")
	}
	for _, l := range w.server.List() {
		if l.Versions != 1 {
			t.Errorf("%s has %d versions, want 1", l.Name, l.Versions)
		}
	}
	if n := len(w.server.List()); n != 3 {
		t.Errorf("%d secrets, want 3", n)
	}
}

// A store that does what it is asked and loses the answer must not be asked twice.
func TestLostAnswersMakeNoSecondVersion(t *testing.T) {
	for name, kind := range map[string]emulator.FaultKind{
		"connection cut": emulator.CommitThenDrop, "500 after storing": emulator.CommitThenError,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, emulator.Options{Faults: []emulator.Fault{
				{Method: "PUT", N: 1, Kind: kind}, {Method: "PUT", N: 2, Kind: kind}, {Method: "PUT", N: 3, Kind: kind},
			}})
			w.write("Secretfile.yml", three)
			w.mustApply("Secretfile.yml")
			if puts := w.server.Count("PUT"); puts != 3 {
				t.Errorf("%d PUTs, want 3", puts)
			}
			if got := w.versions(); got != 3 {
				t.Errorf("%d versions, want 3", got)
			}
		})
	}
	t.Run("not stored", func(t *testing.T) {
		w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "PUT", N: 2, Kind: emulator.Drop}}})
		w.write("Secretfile.yml", three)
		w.mustApply("Secretfile.yml")
		if got := w.versions(); got != 3 || w.server.Count("PUT") != 4 {
			t.Errorf("%d versions of %d PUTs, want 3 of 4", got, w.server.Count("PUT"))
		}
	})
}

func TestErrorsOfTheVaultSayWhatToDo(t *testing.T) {
	secret := func(url string) string {
		return "secrets:\n  - name: a\n    kind: random_string\n    targets: [{provider: azure, kind: key_vault, config: {vault_url: \"" + url + "\"}}]\n"
	}
	t.Run("no such vault", func(t *testing.T) {
		w := newWorld(t, emulator.Options{Vaults: []string{"other"}})
		w.write("Secretfile.yml", secret("https://missing-kv.vault.azure.net"))
		o := w.sz("apply", "--auto-approve")
		if o.code != 4 {
			t.Errorf("exit code %d, want 4\n%s", o.code, o)
		}
		contains(t, o.stdout+o.stderr, "missing-kv", "az keyvault show --name missing-kv")
	})
	t.Run("three mistakes", func(t *testing.T) {
		for url, fix := range map[string]string{
			"myapp-kv": "https://myapp-kv.vault.azure.net", "https://myapp-kv.com": "https://myapp-kv.vault.azure.net", "myapp-kv.vault.azure.net": "https://myapp-kv.vault.azure.net",
		} {
			w := newWorld(t, emulator.Options{})
			w.write("Secretfile.yml", secret(url))
			o := w.sz("plan")
			if o.code != 3 {
				t.Errorf("%s: exit code %d, want 3", url, o.code)
			}
			contains(t, o.stderr, fix, "Secretfile.yml:4:", "[bad-vault-url]")
		}
	})
	t.Run("deleted name", func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		w.write("Secretfile.yml", secret("https://soft-kv.vault.azure.net"))
		w.mustApply("Secretfile.yml")
		if _, err := w.vault("soft-kv").DeleteSecret(t.Context(), "a", nil); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(w.dir, "Secretfile.lock")); err != nil { // nothing proves that it is ours
			t.Fatal(err)
		}
		o := w.sz("apply", "--auto-approve")
		if o.code != 7 {
			t.Errorf("exit code %d, want 7\n%s", o.code, o)
		}
		contains(t, o.stdout, "a deleted secret that sz did not write still holds this name")
	})
}
