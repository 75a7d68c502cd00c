// Package tool runs other people's programs over what tests have made, so that not
// only the library that wrote a key reads it.
package tool

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// File is a file of the test that nobody else can read, as ssh-keygen insists.
func File(t *testing.T, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Run is what a program prints. The test is skipped where the program is not there.
func Run(t *testing.T, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not on this machine", program)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // else ssh-keygen escapes a comment
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", program, args, err, complaint.Bytes())
	}
	return string(out)
}
