package sandbox

import (
	"context"
	"os/exec"
	"syscall"
)

// Run runs a program of the user's, outside of any sandbox: it ends with the
// context and with this process, with all that it started in its group.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := onForkThread(cmd.Start); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { killGroup(cmd.Process) })()
	return cmd.Wait()
}
