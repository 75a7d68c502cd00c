package inside

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// HelperName is what the helper is called: the first argument that no person gives.
const HelperName = "sz-sandbox-helper"

// This program becomes the helper before the rest of it is initialised: Go runs the
// initialisers of packages in the order of their paths as far as what they import
// is ready, and this one imports little. It saves the milliseconds that gRPC and
// protobuf take to set themselves up, on every start of a plugin.
//
// The goroutine of an initialiser is locked to the first thread of the process.
// That is what makes the steps possible: landlock, the filter and the capabilities
// belong to a thread, and the one that executes the plugin is the one that survives.
func init() {
	if len(os.Args) == 0 {
		return
	}
	switch {
	case os.Args[0] == HelperName:
		runtime.LockOSThread()
		help()
	case os.Getenv(EnvCommands) != "" && os.Args[0] == shell:
		os.Exit(stub(os.Args, os.Stdout, os.Stderr))
	}
}

// The tiers, as in core/sandbox.
const (
	tier1 = iota + 1
	tier2
	tier3
)

// The steps, as they are named in a report.
const (
	stepPolicy = "policy"
	StepExec   = "exec"
)

// help takes away everything that the policy does not name and becomes the plugin.
// It returns to nobody.
func help() {
	control := controlSocket()
	p, err := receivePolicy(control)
	if err != nil {
		stop(control, stepPolicy, err)
	}
	for _, step := range []struct {
		name string
		tier int
		do   func() error
	}{
		{"network", tier3, func() error { return p.listen(control) }},
		{"root directory", tier3, p.enterRoot},
		{"descriptors", tier1, p.settleDescriptors},
		{"landlock", tier2, p.restrictFiles},
		{"limits", tier1, p.limit},
		{"capabilities", tier1, dropCapabilities},
		{"no new privileges", tier1, noNewPrivileges},
		{"system calls", tier1, p.filterCalls},
	} {
		if p.Tier < step.tier {
			continue
		}
		if err := step.do(); err != nil {
			stop(control, step.name, err)
		}
	}
	stop(control, StepExec, p.execute())
}

// controlSocket is the descriptor that the host names.
func controlSocket() *os.File {
	fd := 0
	if len(os.Args) > 1 {
		fd, _ = strconv.Atoi(os.Args[1])
	}
	if fd < 3 {
		os.Exit(125) // nobody to report to: this was no host
	}
	return os.NewFile(uintptr(fd), "control")
}

// stop reports why the helper cannot go on, and ends it.
func stop(control *os.File, step string, err error) {
	if text, failed := json.Marshal(Stop{Step: step, Why: err.Error()}); failed == nil {
		_, _ = control.Write(text)
	}
	os.Exit(125)
}

// ExecFD is where the host puts the plugin's file. The limit of open files ends below
// it, so that the filter's exception for executing this descriptor is of no use to the
// plugin. It has to be there from the start: to make room for it in a process with
// threads takes the kernel several milliseconds.
const (
	ExecFD       = 1000
	maxOpenFiles = 512
)

// settleDescriptors keeps what the plugin inherits and closes the rest when it is
// executed, whatever this process was given by mistake.
func (p *Policy) settleDescriptors() error {
	return unix.CloseRange(uint(3+p.Extra), ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC)
}

// execute becomes the plugin: the file that the host opened and hashed, not what
// has its name now.
func (p *Policy) execute() error {
	argv, err := pointers([]string{p.Name})
	if err != nil {
		return err
	}
	env, err := pointers(p.Env)
	if err != nil {
		return err
	}
	empty := [1]byte{}
	_, _, errno := unix.RawSyscall6(unix.SYS_EXECVEAT, ExecFD, uintptr(unsafe.Pointer(&empty[0])),
		uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&env[0])), unix.AT_EMPTY_PATH, 0)
	return errno
}

func pointers(texts []string) ([]*byte, error) {
	out := make([]*byte, len(texts)+1)
	for i, text := range texts {
		p, err := unix.BytePtrFromString(text)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}
