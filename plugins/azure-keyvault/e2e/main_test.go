// Package e2e runs the real sz with its real plugins against the emulator and
// looks into the vaults with a client of its own.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

func TestMain(m *testing.M) {
	if os.Getenv(insideVariable) != "" {
		os.Exit(inside())
	}
	code := m.Run()
	testbin.Cleanup()
	_ = os.RemoveAll(acmeDir)
	os.Exit(code)
}

// world is an emulator, an empty home and a project directory.
type world struct {
	t      *testing.T
	server *emulator.Server
	dir    string // of the project
	home   string
	env    []string
}

func newWorld(t *testing.T, options emulator.Options) *world {
	t.Helper()
	server, err := emulator.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, server: server, dir: t.TempDir(), home: t.TempDir()}
	w.env = append(server.Env(), "HOME="+w.home, "TMPDIR="+os.TempDir(), "PATH="+os.Getenv("PATH"))
	return w
}

// write puts a Secretfile into the project.
func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// copyFile brings a Secretfile from elsewhere, unmodified.
func (w *world) copyFile(path string) string {
	w.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(filepath.Base(path), string(text))
	return filepath.Base(path)
}

// outcome is what a command came to.
type outcome struct {
	code           int
	stdout, stderr string
}

func (o outcome) String() string { return "stdout:\n" + o.stdout + "\nstderr:\n" + o.stderr }

func (w *world) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(testbin.Dir(w.t), "sz"), args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

// sz runs sz in the project.
func (w *world) sz(args ...string) outcome {
	w.t.Helper()
	return finish(w.t, w.command(args...))
}

func finish(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// mustApply applies and fails the test unless the exit code is 0.
func (w *world) mustApply(file string, flags ...string) outcome {
	w.t.Helper()
	o := w.sz(append([]string{"apply", "--auto-approve", "-f", file}, flags...)...)
	if o.code != 0 {
		w.t.Fatalf("apply %s: exit code %d\n%s", file, o.code, o)
	}
	return o
}

// mustConvert writes a Secretfile in the other language, in place of it, and gives
// the new name.
func (w *world) mustConvert(file string) string {
	w.t.Helper()
	other := strings.TrimSuffix(file, filepath.Ext(file)) + ".hcl"
	if other == file {
		other = strings.TrimSuffix(file, ".hcl") + ".yml"
	}
	if o := w.sz("convert", "-f", file, "-o", other); o.code != 0 {
		w.t.Fatalf("convert %s: exit code %d\n%s", file, o.code, o)
	}
	if err := os.Remove(filepath.Join(w.dir, file)); err != nil {
		w.t.Fatal(err)
	}
	return other
}

// tokenOf is a credential with one of the emulator's tokens.
type tokenOf struct{ server *emulator.Server }

func (c tokenOf) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: c.server.Token(), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// vault is an independent client of a vault.
func (w *world) vault(name string) *azsecrets.Client {
	w.t.Helper()
	client, err := azsecrets.NewClient("https://"+name+".vault.azure.net", tokenOf{w.server}, &azsecrets.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: w.server.Client()},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// value is what a secret holds in a vault.
func (w *world) value(vault, name string) string {
	w.t.Helper()
	answer, err := w.vault(vault).GetSecret(context.Background(), name, "", nil)
	if err != nil {
		w.t.Fatalf("%s/%s: %v", vault, name, err)
	}
	return *answer.Value
}

// versions counts all versions in all vaults.
func (w *world) versions() int {
	n := 0
	for _, l := range w.server.List() {
		n += l.Versions
	}
	return n
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

// benchCommand runs sz for a benchmark, which has no test to fail.
func benchCommand(b *testing.B, w *world, args ...string) *exec.Cmd {
	b.Helper()
	cmd := exec.Command(filepath.Join(testbin.Dir(b), "sz"), args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

func writeFile(b *testing.B, dir, name, text string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// read is the content of a file of the project.
func (w *world) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}
