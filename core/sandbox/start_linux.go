package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/secretzero/sz/core/sandbox/internal/inside"
)

// Start runs the binary in the highest tier from Max down to Min that this machine
// allows; a tier that it has refused once is not tried again. The error is a
// [*TooLowError] when none was reached. Ending the process is the caller's duty.
func Start(spec Spec) (*Process, error) {
	runs, err := spec.program()
	if err != nil {
		return nil, err
	}
	defer runs.close()
	spec.runs = runs
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
	cmd := s.command(descriptor(s.runs.file), s.Name)
	if s.runs.text != nil {
		cmd.Args = s.runs.says.argv(inside.OwnDescriptor(3 + len(s.Extra)))
		cmd.ExtraFiles = append(s.Extra[:len(s.Extra):len(s.Extra)], s.runs.text)
	}
	cmd.Env = append(cmd.Env, s.Env(Place{Tier: T0, Egress: address})...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := begin(bareForks(), command(cmd)); err != nil {
		return nil, errors.Join(err, closeAll(egress))
	}
	opened()
	return &Process{process: cmd.Process, tier: T0, egress: egress}, nil
}

// descriptor is the path of an open file, the same whatever becomes of its name.
func descriptor(f *os.File) string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd()) }

// startConfined starts a process and waits until it has become the plugin.
func (s Spec) startConfined(tier Tier) (*Process, error) {
	policy, egress, err := s.policy(tier)
	if err != nil {
		return nil, err
	}
	process, listeners, err := become(policy)
	if err != nil {
		if stop, ok := errors.AsType[*inside.Stop](err); ok {
			err = &Refusal{tier, stop.Step, stop.Why}
		}
		return nil, errors.Join(err, closeAll(egress))
	}
	if tier < T3 {
		opened()
	}
	p := &Process{process: process, tier: tier, egress: egress}
	if s.Network && tier == T3 {
		p.egress, listeners = listeners[0], listeners[1:]
	}
	if s.Commands {
		p.commands = listeners[0]
	}
	return p, nil
}

// become starts a process by a policy. The listeners are as many as the policy says.
func become(policy *inside.Policy) (*os.Process, []net.Listener, error) {
	child, err := inside.Prepare(policy)
	if err != nil {
		return nil, nil, err
	}
	defer child.Close()
	var process *os.Process
	err = begin(forks(), func() (int, error) {
		pid, err := child.Start()
		if err == nil {
			process, err = os.FindProcess(pid)
		}
		return pid, err
	})
	if err != nil {
		return nil, nil, err
	}
	listeners, err := listenersOf(child)
	if err != nil {
		killGroup(process)
		_, _ = process.Wait()
		ended(process.Pid)
		return nil, nil, errors.Join(err, closeAll(listeners...))
	}
	return process, listeners, nil
}

func listenersOf(child *inside.Child) (listeners []net.Listener, err error) {
	sockets, err := child.Sockets()
	for _, socket := range sockets {
		listener, failed := net.FileListener(socket)
		err = errors.Join(err, failed, socket.Close())
		if failed == nil {
			listeners = append(listeners, listener)
		}
	}
	return listeners, err
}

func closeAll(listeners ...net.Listener) (err error) {
	for _, l := range listeners {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	return err
}

// Wait waits for the end and describes how it came, such as "signal: killed". With the
// last process below T3 also ends what any of them left behind.
func (p *Process) Wait() string {
	state, err := p.process.Wait()
	ended(p.process.Pid)
	if p.tier < T3 {
		closed()
	}
	if err != nil {
		return err.Error()
	}
	return state.String()
}

func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = p.Kill()
}
