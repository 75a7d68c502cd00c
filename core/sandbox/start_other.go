//go:build !linux

package sandbox

import (
	"errors"
	"fmt"
)

// Start runs the binary. Other systems than Linux have no sandbox that a program
// can put another into without rights of its own: the tier is T0, and said so.
func Start(spec Spec) (*Process, error) {
	refused := []Refusal{{Tier: spec.Max, Step: "sandbox", Why: "only Linux has what it needs"}}
	if spec.Min > T0 {
		return nil, &TooLowError{Min: spec.Min, Refused: refused}
	}
	egress, address, err := spec.listen()
	if err != nil {
		return nil, err
	}
	cmd := spec.command(spec.Binary.Name(), spec.Name)
	cmd.Env = append(cmd.Env, spec.Env(Place{Tier: T0, Egress: address})...)
	isolate(cmd)
	if err := cmd.Start(); err != nil {
		err = fmt.Errorf("start %s: %w", spec.Binary.Name(), err)
		if egress != nil {
			err = errors.Join(err, egress.Close())
		}
		return nil, err
	}
	p := &Process{process: cmd.Process, tier: T0, egress: egress}
	if spec.Max > T0 {
		p.refused = refused
	}
	return p, nil
}

// Wait waits for the end and describes how it came, such as "signal: killed".
func (p *Process) Wait() string {
	state, err := p.process.Wait()
	if err != nil {
		return err.Error()
	}
	return state.String()
}

// Harden does nothing here: see harden_linux.go.
func Harden() error { return nil }

// ClosesSockets reports that T2 keeps a process from the unix sockets of others.
func ClosesSockets() bool { return false }
