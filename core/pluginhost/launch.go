package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/wire"
)

// launch starts a plugin's process for go-plugin, which speaks through its
// standard output. Standard error stays here: go-plugin's parser of log lines
// panics on a line such as {"@message": 5}.
type launch struct {
	confinement *confinement
	handshake   []string // what go-plugin puts into the environment
	socketDir   string
	guest       wire.Credentials

	process *sandbox.Process
	stdout  *os.File
	errors  *output
	// lifeline is the host's end of the pipe that carried the credentials. The
	// plugin ends itself when it closes, also when the kernel closes it.
	lifeline *os.File

	address string // of the socket that it announced

	exited   chan struct{}
	exit     string
	killOnce sync.Once
}

func newLaunch(c *confinement, handshake []string, socketDir string, guest wire.Credentials) *launch {
	return &launch{confinement: c, handshake: handshake, socketDir: socketDir, guest: guest, exited: make(chan struct{})}
}

// Start starts the process and hands it its credentials.
func (l *launch) Start(context.Context) error {
	stdout, stdoutEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdoutEnd.Close()
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		return errors.Join(err, stdout.Close())
	}
	defer stderrEnd.Close()
	credentials, lifeline, err := os.Pipe()
	if err != nil {
		return errors.Join(err, stdout.Close(), stderr.Close())
	}
	defer credentials.Close()
	spec := l.confinement.spec
	spec.SocketDir, spec.Stdout, spec.Stderr, spec.Extra = l.socketDir, stdoutEnd, stderrEnd, []*os.File{credentials}
	spec.Env = func(place sandbox.Place) []string { return append(l.confinement.environment(place), l.handshake...) }
	l.process, err = sandbox.Start(spec)
	if err != nil {
		return errors.Join(err, stdout.Close(), stderr.Close(), lifeline.Close())
	}
	l.stdout, l.lifeline, l.errors = stdout, lifeline, drain(stderr)
	go l.reap()
	l.confinement.serve(l.process)
	// The credentials fit into a pipe's buffer, so this does not wait for the
	// plugin; a plugin that died already is reported by the handshake.
	_, _ = l.guest.WriteTo(lifeline)
	return nil
}

// reap waits for the process and is the only one that does.
func (l *launch) reap() {
	l.exit = l.process.Wait()
	close(l.exited)
}

// Wait waits for the end of the process.
func (l *launch) Wait(ctx context.Context) error {
	select {
	case <-l.exited:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill ends the process with its group and waits until it is gone.
func (l *launch) Kill(context.Context) error {
	l.killOnce.Do(func() {
		l.process.Kill()
		<-l.exited
		// What the plugin left running in its group was killed with it; what it
		// moved elsewhere may hold a pipe open, and loses it here.
		_ = l.lifeline.Close()
		_ = l.stdout.Close()
	})
	return nil
}

// Stdout is what go-plugin reads the handshake from.
func (l *launch) Stdout() io.ReadCloser { return newFirstLine(l.stdout) }

// Stderr is nothing: see [launch].
func (l *launch) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name is the path of the binary.
func (l *launch) Name() string { return l.confinement.spec.Name }

// ID is the process id.
func (l *launch) ID() string {
	if l.process == nil {
		return ""
	}
	return fmt.Sprint(l.process.PID())
}

// Diagnose says nothing: errors of this package carry the output themselves.
func (l *launch) Diagnose(context.Context) string { return "" }

// PluginToHost refuses any address but a socket in the plugin's own directory: a
// host that dials whatever it is told speaks to whoever the plugin chooses.
func (l *launch) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" || filepath.Dir(filepath.Clean(address)) != filepath.Clean(l.socketDir) {
		return "", "", fmt.Errorf("it announced %s %q, which is not in its own directory", network, harmless(address))
	}
	info, err := os.Lstat(address)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return "", "", fmt.Errorf("it announced %q, which is no socket", harmless(address))
	}
	l.address = address
	return network, address, nil
}

// HostToPlugin leaves addresses as they are.
func (l *launch) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
