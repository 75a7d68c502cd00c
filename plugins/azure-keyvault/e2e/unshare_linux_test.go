package e2e

import (
	"os/exec"
	"syscall"
)

// unshared makes a command a shell script with a mount namespace of its own, in which it
// may mount. The words are $0 and so on.
func unshared(cmd *exec.Cmd, script string, words ...string) *exec.Cmd {
	shell := exec.Command("/bin/sh", append([]string{"-c", script}, words...)...)
	shell.Dir, shell.Env = cmd.Dir, cmd.Env
	shell.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	return shell
}
