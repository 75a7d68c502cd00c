//go:build unix && !linux

package sandbox

import (
	"os"
	"os/exec"
	"syscall"
)

// Elsewhere than on Linux the pipe that carries the credentials ends the plugin:
// see sdk/wire.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup reaches children too: the group's id is that of its first process.
func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = p.Kill()
}
