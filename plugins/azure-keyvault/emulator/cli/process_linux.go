package cli

import (
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// dieWithParent has the kernel kill the command when this process ends in any way,
// for without the emulator it has nothing to talk to.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// inForeground says whether a terminal's Ctrl-C reaches this process and its
// children by itself.
func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	var group int32
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group)))
	return failed == 0 && int(group) == syscall.Getpgrp()
}
