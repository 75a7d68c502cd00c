//go:build unix && !linux

package sandbox

import (
	"os/exec"
	"syscall"
)

// Elsewhere than on Linux the pipe that carries the credentials ends the plugin:
// see sdk/wire.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func starter(start func() error) error { return start() }
