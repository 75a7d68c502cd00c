package cli

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// exitNotFound is what a shell answers when it cannot start a command.
const exitNotFound = 127

// execute runs a command in an environment in which Azure clients work against
// an emulator that lives as long as the command.
func execute(args []string, to streams) (int, error) {
	s, command, err := parse("exec", args)
	defer s.close()
	if err != nil {
		return exitUsage, err
	}
	if len(command) == 0 {
		return exitUsage, errors.New("exec: a command is missing, as in: keyvault-emulator exec -- sz apply")
	}
	// From here on a signal ends the command, which ends the emulator.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	server, err := emulator.Start(s.Options)
	if err != nil {
		return exitFailure, err
	}
	env, dir, err := surroundings(server, s.on)
	if err != nil {
		return exitFailure, errors.Join(err, server.Close())
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = environment(os.Environ(), env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = to.stdin, to.stdout, to.stderr
	code, err := run(cmd, signals)
	return code, errors.Join(err, server.Close())
}

// environment is base with the variables of the emulator in place of any of the
// same names.
func environment(base, ours []string) []string {
	replaced := map[string]bool{}
	for _, variable := range ours {
		name, _, _ := strings.Cut(variable, "=")
		replaced[name] = true
	}
	var env []string
	for _, variable := range base {
		if name, _, _ := strings.Cut(variable, "="); !replaced[name] {
			env = append(env, variable)
		}
	}
	return append(env, ours...)
}

// run passes signals on to a command and answers its exit code as a shell would:
// 128 and the number of the signal that ended it.
func run(cmd *exec.Cmd, signals <-chan os.Signal) (int, error) {
	// The command is killed when the thread that started it ends, so that thread
	// must last.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return exitNotFound, err
	}
	done := make(chan struct{})
	var forwarding sync.WaitGroup
	forwarding.Go(func() { forward(cmd.Process, signals, done) })
	err := cmd.Wait()
	close(done)
	forwarding.Wait()
	failed, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return 0, err
	}
	if status, ok := failed.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return failed.ExitCode(), nil
}

// forward passes signals on until done. A terminal interrupts all of its foreground
// itself; a second interrupt could mean something else to the command.
func forward(to *os.Process, signals <-chan os.Signal, done <-chan struct{}) {
	for {
		select {
		case s := <-signals:
			if s != os.Interrupt || !inForeground() {
				_ = to.Signal(s)
			}
		case <-done:
			return
		}
	}
}
