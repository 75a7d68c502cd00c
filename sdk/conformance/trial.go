package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/secretzero/sz/sdk/wire"
)

// trial is one check of one case under way.
type trial struct {
	ctx    context.Context
	run    *run
	result *Result
	ends   []func()
}

// stop ends a trial from within.
type stop struct{}

// errorf notes a broken rule and goes on.
func (t *trial) errorf(format string, args ...any) {
	t.result.Status = Fail
	t.notef(format, args...)
}

// fatalf notes a broken rule, after which the check makes no more sense.
func (t *trial) fatalf(format string, args ...any) {
	t.errorf(format, args...)
	panic(stop{})
}

// warnf notes something worth looking at.
func (t *trial) warnf(format string, args ...any) {
	if t.result.Status == Pass {
		t.result.Status = Warn
	}
	t.notef(format, args...)
}

// skipf says why a check cannot be made here.
func (t *trial) skipf(format string, args ...any) {
	t.result.Status = Skip
	t.notef(format, args...)
	panic(stop{})
}

// notef notes what was found out. What a plugin said may stand in it: no secret may.
func (t *trial) notef(format string, args ...any) {
	t.result.Details = append(t.result.Details, t.run.secrets.Text(fmt.Sprintf(format, args...)))
}

// call is a context for one call.
func (t *trial) call() context.Context {
	ctx, cancel := context.WithTimeout(t.ctx, deadline)
	t.ends = append(t.ends, cancel)
	return ctx
}

// start starts the plugin until the trial ends.
func (t *trial) start(how Start) *process {
	started, err := t.run.subject.Start(t.call(), how)
	if err != nil {
		t.fatalf("it did not start: %v", err)
	}
	conn := &watched{inner: started.Conn(), run: t.run}
	p := &process{Process: started, conn: conn, client: wire.NewClient(conn)}
	t.ends = append(t.ends, func() {
		started.Stop()
		t.run.look("its output", started.Output())
	})
	return p
}

// must ends the trial when a call failed as a call.
func (t *trial) must(err error) {
	if err != nil {
		t.fatalf("%v", err)
	}
}

// process is a started plugin with a client.
type process struct {
	Process
	conn   *watched
	client *wire.Client
}

// mortal is the process as one that can be killed, or the end of the trial.
func (t *trial) mortal(p *process) Mortal {
	m, ok := p.Process.(Mortal)
	if !ok {
		t.skipf("the plugin runs in the process of a test; `sz plugin test` has the binary")
	}
	return m
}

// do runs a check to its end.
func (t *trial) do(check func(*trial)) {
	began := time.Now()
	defer func() {
		for i := len(t.ends) - 1; i >= 0; i-- {
			t.ends[i]()
		}
		t.result.Took = time.Since(began)
	}()
	defer func() {
		if cause := recover(); cause != nil && cause != (stop{}) {
			panic(cause)
		}
	}()
	check(t)
}
