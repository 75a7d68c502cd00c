// Package sandbox starts a plugin's process and says how far it is confined.
//
// In this version every system gets tier T0: an environment made from nothing,
// standard input from nowhere, no inherited descriptors but those named, a
// process group of its own, and an end together with the host. [Start] is where
// namespaces, landlock and seccomp come in; its callers will not notice.
//
// Next: core/pluginhost, which speaks with what is started here.
package sandbox

import (
	"fmt"
	"os"
	"os/exec"
)

// Tier is how far a process is confined.
type Tier int

// The tiers. T0 is trust, not a sandbox.
const (
	T0 Tier = iota
	T1
	T2
	T3
)

// String is the tier's name.
func (t Tier) String() string { return fmt.Sprintf("T%d", int(t)) }

// Spec says what to start.
type Spec struct {
	Path   string     // absolute path of the binary
	Env    []string   // the whole environment, as NAME=value
	Dir    string     // working directory
	Stdout *os.File   // write end; the caller closes its copy after Start
	Stderr *os.File   // write end; the caller closes its copy after Start
	Extra  []*os.File // become descriptors 3, 4, …
}

// Process is a started plugin. Wait must be called once.
type Process struct {
	cmd  *exec.Cmd
	tier Tier
}

// Start runs the binary. Ending the returned process is the caller's duty.
func Start(spec Spec) (*Process, error) {
	cmd := exec.Command(spec.Path)
	cmd.Env = spec.Env
	if cmd.Env == nil {
		cmd.Env = []string{} // nil would mean the whole environment of sz
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = spec.Dir, spec.Stdout, spec.Stderr, spec.Extra
	isolate(cmd)
	if err := starter(cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	return &Process{cmd: cmd, tier: T0}, nil
}

// Tier is the confinement achieved.
func (p *Process) Tier() Tier { return p.tier }

// PID is the process id in the host's namespace.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Wait waits for the end and describes how it came, such as "signal: killed".
func (p *Process) Wait() string {
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.String()
}

// Kill ends the process and all that it started in its group, at once.
func (p *Process) Kill() { killGroup(p.cmd.Process) }
