// Package sandbox starts a plugin's process and says how far it is confined.
//
// The way through it: [Start] works out what the plugin may touch and makes a process
// inside new namespaces that takes away everything else from itself before it becomes
// the plugin: internal/inside has its steps in order, and each step has a file. What
// the kernel refuses is a [Refusal]; Start then tries the next lower [Tier] and
// remembers why.
//
// Each step is probed by doing it. Whether a kernel, a container or a distribution
// allows namespaces cannot be read off anywhere: some let the call succeed and take
// the rights away afterwards.
//
// Next: core/egress for the only way out that a plugin with network has,
// core/pluginhost, which speaks with what is started here.
package sandbox

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
)

// Tier is how far a process is confined. A higher one has all of a lower.
type Tier int

const (
	// T0 is trust, not a sandbox: an environment made from nothing, no input, no
	// inherited descriptors, an end together with the host.
	T0 Tier = iota
	// T1 adds a filter of system calls and limits.
	T1
	// T2 adds landlock: files, TCP ports, signals.
	T2
	// T3 adds namespaces and a root directory that holds what was granted and
	// nothing else.
	T3
)

// String is the tier's name.
func (t Tier) String() string { return fmt.Sprintf("T%d", int(t)) }

// ParseTier is the tier of a name such as T2.
func ParseTier(name string) (Tier, error) {
	for t := T0; t <= T3; t++ {
		if strings.EqualFold(name, t.String()) {
			return t, nil
		}
	}
	return 0, fmt.Errorf("%q is no sandbox tier; there are T0, T1, T2 and T3", name)
}

// Spec says what to start and what it may touch.
type Spec struct {
	// Binary is what is executed, so that it is the file that was hashed, or what
	// its [Interpreter] runs. Start does not close it.
	Binary *os.File
	runs   program
	Name   string     // what the process sees as its own name
	Stdout *os.File   // write end; the caller closes its copy after Start
	Stderr *os.File   // write end; the caller closes its copy after Start
	Extra  []*os.File // become descriptors 3, 4, …

	// Env makes the whole environment, as NAME=value, once it is known where the
	// process is.
	Env func(Place) []string
	// SocketDir is where it may make sockets.
	SocketDir string
	// List are directories that it may list, Read files or directories that it may
	// read, Write files that it may make and replace, Keep directories in which it
	// may do as it likes. Absolute paths; what does not exist is left out.
	List, Read, Write, Keep []string
	// Network gives it a way out: see [Process.Egress].
	Network bool
	// Programs lets it start the programs of this machine, inside its confinement, and
	// what it has put into Keep.
	Programs bool
	// Commands gives it commands that the host runs: see [Process.Commands].
	Commands bool

	// Min and Max are the lowest and the highest tier to start in.
	Min, Max Tier
}

// Place is where a process was put.
type Place struct {
	Tier Tier
	// Egress is the address, as host:port, of the proxy that the process has to use;
	// empty without network.
	Egress string
	// Commands reports that commands are run by the host.
	Commands bool
}

// Refusal is a step of a tier that could not be done here.
type Refusal struct {
	Tier Tier
	Step string // such as "namespaces"
	Why  string // in the kernel's words
}

// Error says what was refused.
func (r Refusal) Error() string { return fmt.Sprintf("%s: %s: %s", r.Tier, r.Step, r.Why) }

// TooLowError is a process that was not started because no tier that is high
// enough could be reached.
type TooLowError struct {
	Min     Tier
	Refused []Refusal
}

// Error names the tier that was asked for and what stood in its way.
func (e *TooLowError) Error() string {
	reasons := make([]string, len(e.Refused))
	for i, r := range e.Refused {
		reasons[i] = r.Error()
	}
	return fmt.Sprintf("sandbox tier %s cannot be reached here (%s)", e.Min, strings.Join(reasons, "; "))
}

// Process is a started plugin. Wait must be called once.
type Process struct {
	process  *os.Process
	tier     Tier
	refused  []Refusal
	egress   net.Listener
	commands net.Listener
}

// Tier is the confinement achieved.
func (p *Process) Tier() Tier { return p.tier }

// Refused is why it is not a higher one; nothing at the highest.
func (p *Process) Refused() []Refusal { return p.refused }

// Egress is where the process asks for its connections; nil without network. The
// caller closes it.
func (p *Process) Egress() net.Listener { return p.egress }

// Commands is where the process asks for commands; nil when it may run none or runs
// them itself. The caller closes it.
func (p *Process) Commands() net.Listener { return p.commands }

// PID is the process id in the host's namespace.
func (p *Process) PID() int { return p.process.Pid }

// Kill ends the process and all that it started in its group, at once.
func (p *Process) Kill() { killGroup(p.process) }

// command is the binary in no tier.
func (s Spec) command(path, name string) *exec.Cmd {
	return &exec.Cmd{Path: path, Args: []string{name}, Env: []string{}, Dir: s.SocketDir, Stdout: s.Stdout, Stderr: s.Stderr, ExtraFiles: s.Extra}
}
