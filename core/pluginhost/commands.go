package pluginhost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/secretzero/sz/core/sandbox"
)

// Bounds of the commands that are run for a plugin.
const (
	commandTime    = time.Minute
	commandRequest = 64 << 10
	commandOutput  = 1 << 20
	commandErrors  = 16 << 10
	commandsAtOnce = 4
)

// Exit codes of a shell (POSIX, "Exit Status for Commands").
const (
	cannotRun = 126
	notFound  = 127
)

// commandEnvironment is what a command finds in its environment: where the user's
// tools keep what they know and how they reach the network, and none of the values
// that the user gave to sz.
var commandEnvironment = []string{
	"HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
	"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
	"AZURE_CONFIG_DIR", "AZURE_EXTENSION_DIR", "AZURE_CORE_COLLECT_TELEMETRY", "AZD_CONFIG_DIR", "PSModulePath",
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
}

// commandRunner runs commands for one plugin process, outside of its sandbox: those that
// one of the granted patterns stands for, found outside the project, with nothing
// to read and nothing of the plugin's in their environment. What the tools know
// (such as the tokens in ~/.azure) is not in the sandbox; the plugin gets the answer
// to its question and no more.
type commandRunner struct {
	patterns []commandPattern
	project  string
	lookup   func(string) (string, bool)

	listener net.Listener
	ctx      context.Context // of all commands
	cancel   context.CancelFunc
	running  sync.WaitGroup
	slots    chan struct{}
}

// newRunner makes the runner for the granted patterns; nil when there are none.
func (h *Host) newRunner(granted []string) *commandRunner {
	if len(granted) == 0 {
		return nil
	}
	r := &commandRunner{project: h.options.Project, lookup: h.lookup, slots: make(chan struct{}, commandsAtOnce)}
	for _, text := range granted {
		r.patterns = append(r.patterns, parseCommandPattern(text))
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// serve answers until close. It returns at once.
func (r *commandRunner) serve(listener net.Listener) {
	r.listener = listener
	r.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.running.Go(func() { r.answer(conn) })
		}
	})
}

// close ends every command and waits for them.
func (r *commandRunner) close() {
	r.cancel()
	if r.listener != nil {
		_ = r.listener.Close()
	}
	r.running.Wait()
}

func (r *commandRunner) answer(conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(r.ctx, func() { _ = conn.Close() })()
	_ = conn.SetDeadline(time.Now().Add(commandTime + 10*time.Second))
	var request sandbox.CommandRequest
	if json.NewDecoder(io.LimitReader(conn, commandRequest)).Decode(&request) != nil {
		return
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-r.ctx.Done():
		return
	}
	_ = json.NewEncoder(conn).Encode(r.run(request.Args))
}

// run answers as a shell would, also where it refuses.
func (r *commandRunner) run(shellArgs []string) sandbox.CommandAnswer {
	args, err := commandOf(shellArgs)
	switch {
	case err != nil:
		return sandbox.CommandAnswer{Code: cannotRun, Stderr: fmt.Appendf(nil, "sz does not run this for a plugin: %v\n", err)}
	case !allowed(r.patterns, args):
		return sandbox.CommandAnswer{Code: cannotRun, Stderr: fmt.Appendf(nil, "sz does not run %q for this plugin: no approved pattern allows it\n", harmless(strings.Join(args, " ")))}
	}
	path, err := r.find(args[0])
	if err != nil {
		return sandbox.CommandAnswer{Code: notFound, Stderr: fmt.Appendf(nil, "%s: not found\n", args[0])}
	}
	ctx, cancel := context.WithTimeout(r.ctx, commandTime)
	defer cancel()
	stdout, stderr := &bounded{most: commandOutput}, &bounded{most: commandErrors}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = string(filepath.Separator), stdout, stderr, r.environment()
	cmd.WaitDelay = time.Second
	if err := sandbox.Run(ctx, cmd); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			return sandbox.CommandAnswer{Code: cannotRun, Stderr: fmt.Appendf(nil, "%s: %v\n", args[0], err)}
		}
	}
	return sandbox.CommandAnswer{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Code: cmd.ProcessState.ExitCode()}
}

// find looks for a command in the user's PATH, and never in the project, where the
// repository could have put one.
func (r *commandRunner) find(name string) (string, error) {
	path, _ := r.lookup("PATH")
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		found, err := filepath.EvalSymlinks(filepath.Join(dir, name))
		if err != nil || r.inProject(found) || r.inProject(dir) || !IsExecutable(found) {
			continue
		}
		return filepath.Join(dir, name), nil
	}
	return "", os.ErrNotExist
}

func (r *commandRunner) inProject(path string) bool {
	if r.project == "" {
		return false
	}
	project, err := filepath.EvalSymlinks(r.project)
	if err != nil {
		project = r.project
	}
	inside, err := filepath.Rel(project, path)
	return err == nil && filepath.IsLocal(inside)
}

func (r *commandRunner) environment() []string {
	env := []string{}
	for _, name := range commandEnvironment {
		if value, ok := r.lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:max(0, min(len(p), b.most-b.Len()))])
	return len(p), nil
}
