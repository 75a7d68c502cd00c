package conformance

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/secretzero/sz/sdk/wire"
)

// moments are when a process is killed after a write was sent to it.
var moments = []time.Duration{0, 500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 20 * time.Millisecond}

func survivesKills(t *trial, c *targetCase) {
	if !c.description.Can(wire.CanInspect) {
		t.skipf("a write-only kind cannot be reconciled: sz takes what it wrote for what is there")
	}
	before, after := 0, 0
	for _, moment := range moments {
		s := c.begin(t)
		m := t.mortal(s.process)
		p, value := c.place(t, s), canary()
		item := c.item(t, p, value)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = s.changer.Write(t.ctx, item) // the outcome is lost with the process
		}()
		time.Sleep(moment)
		m.Kill()
		<-done
		if c.reconcile(t, p, item) {
			after++
		} else {
			before++
		}
	}
	t.notef("killed %d times: %d before the store had the value, %d after", len(moments), before, after)
}

// reconcile does what a host does after a crash, and reports whether the value had
// been stored.
func (c *targetCase) reconcile(t *trial, p *place, item wire.WriteItem) bool {
	s := c.begin(t)
	state := c.inspect(t, s, p, nil)
	was := state.Presence == wire.Present && (!c.description.Can(wire.CanMark) || state.Mark.Operation == item.Mark.Operation)
	if was && !c.description.Can(wire.CanMark) && item.Expect.Absent {
		item.Expect = wire.Expectation{Receipt: state.Receipt} // what a person would decide after looking
	}
	item.Expect.Recheck = true
	result, err := s.changer.Write(t.call(), item)
	t.must(err)
	if !stored(result) {
		t.fatalf("after a kill (presence %d) the same write was answered with outcome %d: %s", state.Presence, result.Outcome, texts(result.Diagnostics))
	}
	p.receipt = result.Receipt
	if same, known := c.holds(t, s, p, item.Payload); known && !same {
		t.errorf("after a kill and the same write again another value is there")
	}
	if c.description.Can(wire.CanVersions) && item.Expect.Absent {
		if n := c.versions(t, s, p); n != 1 {
			t.errorf("after a kill and the same write again there are %d versions", n)
		}
	}
	return was
}

// endsWithHost does what a host's end does and waits for the plugin's.
func endsWithHost(t *trial) {
	p := t.start(Start{})
	m := t.mortal(p)
	_, err := p.client.Describe(t.call())
	t.must(err)
	m.Abandon()
	select {
	case <-m.Exited():
	case <-time.After(patience):
		t.errorf("the process was still there %s after its host", patience)
	}
}

// shutdown is go-plugin's way to end a plugin; its messages are empty.
const shutdown = "/plugin.GRPCController/Shutdown"

// endsWhenTold ends a process as a host does at the end of a run. One that does not go is
// killed, and every run takes that much longer.
func endsWhenTold(t *trial) {
	p := t.start(Start{})
	m := t.mortal(p)
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	_ = p.conn.Invoke(ctx, shutdown, &emptypb.Empty{}, &emptypb.Empty{}) // go-plugin itself ends before its answer has gone
	select {
	case <-m.Exited():
	case <-time.After(patience):
		t.errorf("the process was still there %s after Shutdown", patience)
	}
}
