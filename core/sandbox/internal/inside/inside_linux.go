package inside

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The tiers, as in core/sandbox.
const (
	tier1 = iota + 1
	tier2
	tier3
)

// The steps that others speak of, as they are named in a [Stop].
const (
	StepNamespaces = "namespaces"
	StepExec       = "exec"
)

// Child is a process that will take away from itself everything that its policy does
// not name and become the plugin. Close it after Start.
type Child struct {
	script     script
	namespaces uintptr
	null       *os.File
	// Over these it sends the sockets at which it is listened for.
	ours, theirs, sockets int
}

// Prepare works out what a process has to do to become the plugin. The error is a
// [*Stop] when a step cannot be done here.
func Prepare(p *Policy) (*Child, error) {
	c := &Child{ours: -1, theirs: -1, sockets: len(p.Listen)}
	if err := c.open(); err != nil {
		c.Close()
		return nil, err
	}
	if p.Tier == tier3 {
		c.namespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	}
	s := &c.script
	for _, step := range []struct {
		name string
		tier int
		do   func(*script)
	}{
		{"process", tier1, func(s *script) { p.begin(s, int(c.null.Fd())) }},
		{StepNamespaces, tier3, identify},
		{"network", tier3, func(s *script) { p.listen(s, c.theirs) }},
		{"root directory", tier3, p.enterRoot},
		{"descriptors", tier1, p.settleDescriptors},
		{"landlock", tier2, p.restrictFiles},
		{"limits", tier1, p.limit},
		{"capabilities", tier1, p.dropCapabilities},
		{"no new privileges", tier1, noNewPrivileges},
		{"system calls", tier1, p.filterCalls},
		{StepExec, tier1, p.execute},
	} {
		if p.Tier >= step.tier {
			s.begin(step.name)
			step.do(s)
		}
	}
	if s.err != nil {
		c.Close()
		return nil, s.err
	}
	return c, nil
}

func (c *Child) open() (err error) {
	if c.null, err = os.Open(os.DevNull); err != nil || c.sockets == 0 {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		c.ours, c.theirs = pair[0], pair[1]
	}
	return err
}

// Close lets go of what Start needed.
func (c *Child) Close() {
	for _, fd := range []int{c.ours, c.theirs} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
	if c.null != nil {
		_ = c.null.Close()
	}
}

// Start starts the process and returns when it has become the plugin, or has stopped:
// the error is a [*Stop] then, and nothing is left of the process. It is signalled to
// end when the calling thread ends.
func (c *Child) Start() (pid int, err error) {
	s := &c.script
	started, errno := fork(c.namespaces, s)
	if errno != 0 {
		return 0, s.stop(StepNamespaces, "", syscall.Errno(errno))
	}
	pid = int(started)
	if s.why == 0 {
		return pid, nil
	}
	for interrupted := true; interrupted; {
		_, err = unix.Wait4(pid, nil, 0, nil)
		interrupted = errors.Is(err, unix.EINTR)
	}
	at := s.calls[s.stopped]
	return 0, s.stop(at.step, at.about, s.why)
}

// Sockets are those at which the process is listened for, in the order of
// [Policy.Listen]. They are there when Start has returned.
func (c *Child) Sockets() (sockets []*os.File, err error) {
	if c.sockets == 0 {
		return nil, nil
	}
	data, rights := make([]byte, 1), make([]byte, unix.CmsgSpace(4*c.sockets))
	_, n, _, _, err := unix.Recvmsg(c.ours, data, rights, unix.MSG_CMSG_CLOEXEC|unix.MSG_DONTWAIT)
	if err != nil {
		return nil, fmt.Errorf("sockets of the sandbox: %w", err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	for _, m := range messages {
		fds, failed := unix.ParseUnixRights(&m)
		err = errors.Join(err, failed)
		for _, fd := range fds {
			sockets = append(sockets, os.NewFile(uintptr(fd), "listener"))
		}
	}
	if err == nil && len(sockets) != c.sockets {
		err = fmt.Errorf("sockets of the sandbox: %d instead of %d", len(sockets), c.sockets)
	}
	return sockets, err
}

// ExecFD is where the plugin's file is. The limit of open files ends below it, so that
// the filter's exception for executing this descriptor is of no use to the plugin.
const (
	ExecFD       = 1000
	maxOpenFiles = 512
)

// begin is what the process does in every tier: a group of its own, an end together with
// the host, and no descriptor of the host's but those that it is given.
func (p *Policy) begin(s *script, null int) {
	s.do(unix.SYS_PRCTL, number(unix.PR_SET_PDEATHSIG), number(int(unix.SIGKILL)))
	s.do(unix.SYS_SETPGID, number(0), number(0))
	s.do(unix.SYS_CHDIR, s.text(p.SocketDir))
	files := []int{null, int(p.Stdout.Fd()), int(p.Stderr.Fd())}
	for _, f := range p.Extra {
		files = append(files, int(f.Fd()))
	}
	if p.Text != nil {
		files = append(files, int(p.Text.Fd()))
	}
	files = append(files, int(p.Binary.Fd()))
	// First out of the way of each other, then to their places.
	held := make([]arg, len(files))
	for n, fd := range files {
		held[n] = s.open(unix.SYS_FCNTL, number(fd), number(unix.F_DUPFD_CLOEXEC), number(ExecFD+1))
	}
	last := len(files) - 1
	for n := range files[:last] {
		s.do(unix.SYS_DUP3, held[n], number(n), number(0))
	}
	s.do(unix.SYS_DUP3, held[last], number(ExecFD), number(unix.O_CLOEXEC))
}

// identify makes the user of the host root of the new user namespace, and nobody else
// anything.
func identify(s *script) {
	for _, file := range []struct{ name, text string }{
		{"uid_map", fmt.Sprintf("0 %d 1\n", os.Getuid())},
		{"setgroups", "deny"},
		{"gid_map", fmt.Sprintf("0 %d 1\n", os.Getgid())},
	} {
		s.about = file.name
		fd := s.open(unix.SYS_OPENAT, here, s.text("/proc/self/"+file.name), number(unix.O_WRONLY|unix.O_CLOEXEC))
		s.do(unix.SYS_WRITE, fd, s.text(file.text), number(len(file.text)))
	}
}

// settleDescriptors keeps what the plugin inherits and closes the rest when it is
// executed.
func (p *Policy) settleDescriptors(s *script) {
	kept := 3 + len(p.Extra)
	if p.Text != nil {
		kept = p.textFD() + 1
	}
	s.do(unix.SYS_CLOSE_RANGE, number(kept), number(^uint32(0)), number(unix.CLOSE_RANGE_CLOEXEC))
}

// execute becomes the plugin: the file that the host opened and hashed, not what
// has its name now; or the interpreter of it, which the host opened.
func (p *Policy) execute(s *script) {
	s.do(unix.SYS_EXECVEAT, number(ExecFD), s.text(""), s.texts(p.Args), s.texts(p.Env), number(unix.AT_EMPTY_PATH))
}

// attribute is the address of something and its size, as calls take them that grow with
// the kernel.
func attribute[T any](p *T) (arg, arg) { return memory(p), number(unsafe.Sizeof(*p)) }
