//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// TestACrashShowsNoValue has sz crash in a goroutine that nobody guards, with a value in
// what it panics with, or among the arguments that Go prints. The value is not to be
// seen, and the place is.
func TestACrashShowsNoValue(t *testing.T) {
	const value = "hunter2-hunter2"
	if binary, err := os.ReadFile(filepath.Join(testbin.Dir(t), "sz")); err != nil || bytes.Contains(binary, []byte("SZ_CRASH")) {
		t.Errorf("the sz that people get can be made to crash (%v)", err)
	}
	for kind, want := range map[string][]string{
		"error": {"a panic, whose text is not shown", "crash.Fault.func1 fault_on.go:"},
		"text":  {"a panic, whose text is not shown", "crash.Fault.func2 fault_on.go:"},
		"index": {"runtime error: index out of range\n", "crash.hold fault_on.go:"},
		"map":   {"assignment to entry in nil map", "crash.Fault.func4 fault_on.go:"},
		"main":  {"a panic, whose text is not shown", "cli.Main app.go:"},
	} {
		cmd := exec.Command(filepath.Join(testbin.Dir(t), "sz-faultpoints"), "version")
		cmd.Env = []string{"SZ_CRASH=" + kind, "SZ_CRASH_VALUE=" + value, "HOME=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		exit, crashed := errors.AsType[*exec.ExitError](err)
		if !crashed || kind != "main" && exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGABRT || kind == "main" && exit.ExitCode() != 1 {
			t.Errorf("%s: ended with %v", kind, err)
		}
		for _, part := range append(want, "error: sz failed, which is a fault of its own") {
			if !strings.Contains(string(out), part) {
				t.Errorf("%s: %q is missing in:\n%s", kind, part, out)
			}
		}
		for _, part := range []string{value, value[:4], hex.EncodeToString([]byte(value[:4])), "0x", base64.StdEncoding.EncodeToString([]byte(value))} {
			if strings.Contains(string(out), part) {
				t.Errorf("%s: %q is in:\n%s", kind, part, out)
			}
		}
	}
}
