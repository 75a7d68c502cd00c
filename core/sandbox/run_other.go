//go:build !linux

package sandbox

import (
	"context"
	"os/exec"
)

// Begin starts a program of sz's own, whose end the caller waits for. It does not end
// with this process.
func Begin(cmd *exec.Cmd) error { return cmd.Start() }

// Run runs a program of the user's, outside of any sandbox: it ends with the
// context, with all that it started in its group.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	isolate(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { killGroup(cmd.Process) })()
	return cmd.Wait()
}
