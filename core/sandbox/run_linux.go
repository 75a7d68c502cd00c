package sandbox

import (
	"context"
	"os/exec"
	"syscall"
)

// Begin starts a program of sz's own, whose end the caller waits for. It does not end
// with this process.
func Begin(cmd *exec.Cmd) error { return begin(forks(), command(cmd)) }

// Run runs a program of the user's, outside of any sandbox: it ends with the
// context and with this process, with all that it started in its group.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := begin(forks(), command(cmd)); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { killGroup(cmd.Process) })()
	defer ended(cmd.Process.Pid)
	return cmd.Wait()
}
