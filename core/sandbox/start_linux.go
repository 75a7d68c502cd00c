package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/secretzero/sz/core/sandbox/internal/inside"
)

// Start runs the binary in the highest tier from Max down to Min that this machine
// allows; a tier that it has refused once is not tried again. The error is a
// [*TooLowError] when none was reached. Ending the process is the caller's duty.
func Start(spec Spec) (*Process, error) {
	var refused []Refusal
	for tier := spec.Max; tier >= spec.Min; tier-- {
		p, err := spec.start(tier)
		refusal, ok := errors.AsType[*Refusal](err)
		if ok {
			refused = append(refused, *refusal)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", spec.Binary.Name(), err)
		}
		p.refused = refused
		return p, nil
	}
	return nil, &TooLowError{Min: spec.Min, Refused: refused}
}

func (s Spec) start(tier Tier) (*Process, error) {
	if tier == T0 {
		return s.startPlain()
	}
	if why, known := remembered.Load(tier); known {
		return nil, why.(*Refusal)
	}
	if tier < T3 && s.Commands {
		return nil, &Refusal{tier, "commands", "it runs commands, and only in T3 can sz run them for it"}
	}
	p, err := s.startConfined(tier)
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.Step != inside.StepExec {
		refusal.Tier = tier
		remembered.Store(tier, refusal)
	}
	return p, err
}

// remembered are the tiers that this machine refused, with the step.
var remembered sync.Map // Tier → *Refusal

// startPlain is T0.
func (s Spec) startPlain() (*Process, error) {
	egress, address, err := s.listen()
	if err != nil {
		return nil, err
	}
	cmd := s.command(descriptor(s.Binary), s.Name)
	cmd.Env = append(cmd.Env, s.Env(Place{Tier: T0, Egress: address})...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := onForkThread(cmd.Start); err != nil {
		return nil, errors.Join(err, closeAll(egress))
	}
	return &Process{cmd: cmd, tier: T0, egress: egress}, nil
}

// descriptor is the path of an open file, the same whatever becomes of its name.
func descriptor(f *os.File) string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd()) }

// startConfined starts the helper and waits until it has become the plugin.
func (s Spec) startConfined(tier Tier) (_ *Process, err error) {
	p, egress, err := s.policy(tier)
	if err != nil {
		return nil, err
	}
	ours, theirs, err := controlPair()
	if err != nil {
		return nil, errors.Join(err, closeAll(egress))
	}
	defer ours.Close()
	cmd := s.command("/proc/self/exe", inside.HelperName)
	cmd.Args = append(cmd.Args, fmt.Sprint(3+len(s.Extra)))
	cmd.ExtraFiles = make([]*os.File, inside.ExecFD-3+1)
	copy(cmd.ExtraFiles, append(s.Extra[:len(s.Extra):len(s.Extra)], theirs))
	cmd.ExtraFiles[inside.ExecFD-3] = s.Binary
	cmd.SysProcAttr = attributes(tier)
	err = onForkThread(cmd.Start)
	_ = theirs.Close()
	if err != nil {
		return nil, errors.Join(&Refusal{tier, "namespaces", unwrapped(err).Error()}, closeAll(egress))
	}
	r, err := s.converse(ours, p)
	if err == nil && r.refusal != nil {
		err = r.refusal
	}
	if err != nil {
		killGroup(cmd.Process)
		_ = cmd.Wait()
		return nil, errors.Join(err, closeAll(append(r.listeners, egress)...))
	}
	process := &Process{cmd: cmd, tier: tier, egress: egress}
	if s.Network && tier == T3 && len(r.listeners) > 0 {
		process.egress, r.listeners = r.listeners[0], r.listeners[1:]
	}
	if s.Commands && len(r.listeners) > 0 {
		process.commands = r.listeners[0]
	}
	return process, nil
}

// converse tells the helper what to do and hears how it went.
func (s Spec) converse(control *os.File, p inside.Policy) (report, error) {
	if err := control.SetDeadline(time.Now().Add(helperTimeout)); err != nil {
		return report{}, err
	}
	if err := send(p, control); err != nil {
		return report{}, &Refusal{Tier(p.Tier), "helper", err.Error()}
	}
	r, err := receiveReport(control)
	if err != nil {
		return r, &Refusal{Tier(p.Tier), "helper", err.Error()}
	}
	return r, nil
}

// policy is what the helper will be told, and in the tiers without a network
// namespace the listener that the host keeps.
func (s Spec) policy(tier Tier) (p inside.Policy, egress net.Listener, err error) {
	p = inside.Policy{
		Tier: int(tier), Name: s.Name, Extra: len(s.Extra), SocketDir: s.SocketDir,
		List: s.List, Read: s.Read, Keep: s.Keep, Write: parents(s.Write),
		Libraries: dynamic(s.Binary), Network: s.Network || s.Commands, Commands: s.Commands, Programs: s.Programs,
	}
	if s.Commands {
		if p.Stub, err = os.Readlink("/proc/self/exe"); err != nil {
			return p, nil, err
		}
	}
	place := Place{Tier: tier, Commands: s.Commands}
	if tier == T3 {
		if s.Network {
			p.Listen, place.Egress = append(p.Listen, inside.EgressPort), fmt.Sprintf("127.0.0.1:%d", inside.EgressPort)
		}
		if s.Commands {
			p.Listen = append(p.Listen, inside.CommandsPort)
		}
		p.Ports = p.Listen
	} else if egress, place.Egress, err = s.listen(); err != nil {
		return p, nil, err
	} else if egress != nil {
		p.Ports = []uint16{uint16(egress.Addr().(*net.TCPAddr).Port)}
	}
	p.Env = s.Env(place)
	return p, egress, nil
}

// parents are the directories in which files are made and replaced: a file is
// replaced by renaming, which is a change of its directory. Of one that does not
// exist yet it is the nearest that does.
func parents(files []string) []string {
	var dirs []string
	for _, file := range files {
		dir := filepath.Dir(file)
		for ; dir != "/" && dir != "."; dir = filepath.Dir(dir) {
			if info, err := os.Stat(dir); err == nil && info.IsDir() {
				dirs = append(dirs, dir)
				break
			}
		}
	}
	return dirs
}

func attributes(tier Tier) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if tier < T3 {
		return a
	}
	a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	return a
}

// controlPair is the socket over which helper and host speak. The host's end waits
// with a deadline.
func controlPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, nil, errors.Join(err, unix.Close(fds[0]), unix.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control"), nil
}

// unwrapped is the kernel's own word in an error of os/exec.
func unwrapped(err error) error {
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number
	}
	return err
}

func closeAll(listeners ...net.Listener) (err error) {
	for _, l := range listeners {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	return err
}

func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = p.Kill()
}
