//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// background starts a command in a session of its own, without a terminal, and
// answers a reader of what it prints.
func background(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return bufio.NewReader(stdout)
}

func line(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	text, err := from.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

// TestSignals wants exec to pass signals on and to wait for what the command makes
// of them: see awaitSignal.
func TestSignals(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		w := newWorld(t)
		cmd := w.command([]string{clientVariable + "=signal"}, "exec", "--", self)
		out := background(t, cmd)
		line(t, out)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if got, want := cmd.ProcessState.ExitCode(), 40+int(signal); got != want {
			t.Errorf("%v: exit code %d, want %d", signal, got, want)
		}
		w.clean()
	}
}

// TestKilledExec wants the command to die with exec: the pipe that both hold ends.
func TestKilledExec(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends a command when its parent dies")
	}
	cmd := newWorld(t).command(nil, "exec", "--", "sh", "-c", "echo ready; exec sleep 600")
	out := background(t, cmd)
	line(t, out)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(out); err != nil {
		t.Error(err)
	}
}

// TestServe uses what serve prints, kills it after a set and looks at the state.
func TestServe(t *testing.T) {
	w := newWorld(t)
	state := filepath.Join(t.TempDir(), "vaults.json")
	server := w.command(nil, "serve", "--state", state)
	out := background(t, server)
	var exports bytes.Buffer
	for !strings.Contains(exports.String(), "IDENTITY_SERVER_THUMBPRINT") { // the last one
		fmt.Fprintln(&exports, line(t, out))
	}
	for _, name := range []string{"HTTPS_PROXY='http://127.0.0.1:", "NO_PROXY=''", "SSL_CERT_FILE='", "IDENTITY_ENDPOINT='https://identity.keyvault-emulator.test/msi/token'", "IDENTITY_HEADER='"} {
		if !strings.Contains(exports.String(), "export "+name) {
			t.Errorf("export %s is missing in\n%s", name, exports.String())
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	client := exec.Command("sh", "-c", exports.String()+`exec "$0"`, self)
	client.Env = append(append([]string(nil), w.env...), clientVariable+"=managed set kv n x")
	if output, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	if listed, err := emulator.ListFile(state); err != nil || len(listed) != 1 {
		t.Errorf("after a kill: %+v, %v", listed, err)
	}
}

func TestServeEnds(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		w := newWorld(t)
		server := w.command(nil, "serve")
		line(t, background(t, server))
		if err := server.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
		w.clean()
	}
}
