package conformance

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// patience is how long a plugin may take to end what was cancelled, and to end itself.
const patience = 2 * time.Second

func cancels(t *trial, c *targetCase) {
	endsWhatHangs(t, c)
	if !c.description.Can(wire.CanInspect) {
		t.notef("a write-only kind cannot show what a cancelled write left")
		return
	}
	for _, moment := range []time.Duration{0, 2 * time.Millisecond, 20 * time.Millisecond} {
		goesOnAfterCancelling(t, c, moment)
		endsAfterCancelling(t, c, moment)
	}
}

// endsWhatHangs makes calls that hang where the plugin uses a network, cancels them, and
// waits until the plugin has nothing under way.
func endsWhatHangs(t *trial, c *targetCase) {
	p := c.place(t, c.open(t, Start{})) // found while the network works
	s := c.open(t, Start{Stalled: true})
	s.changer = t.begin(s.process)
	items := make([]wire.WriteItem, 4)
	for i := range items {
		items[i] = c.item(t, p, canary())
	}
	began := c.cancelled(t, s, p, 50*time.Millisecond, items...)
	if err := s.client.Drain(t.call(), patience); err != nil {
		t.fatalf("calls were under way %s after they were cancelled: %v", time.Since(began).Round(time.Millisecond), err)
	}
	if took := time.Since(began); took > 2*patience {
		t.fatalf("Drain had %s, and took %s", patience, took.Round(time.Millisecond))
	}
	t.notef("ended after %s", time.Since(began).Round(time.Millisecond))
}

// cancelled makes writes and looks at their place beside them, and cancels all of it after
// a moment, which it returns. Every moment is right: some calls have not begun by then, some
// are done. Whose outcome nobody learns is the point.
func (c *targetCase) cancelled(t *trial, s *session, p *place, after time.Duration, items ...wire.WriteItem) time.Time {
	ctx, cancel := context.WithCancel(t.ctx)
	var group sync.WaitGroup
	for _, item := range items {
		group.Go(func() { _, _ = s.changer.Write(ctx, item) })
		if c.description.Can(wire.CanInspect) {
			group.Go(func() { _, _ = s.client.Inspect(ctx, []wire.InspectItem{{Target: p.ref}}, nil) })
		}
		if c.description.Can(wire.CanRead) {
			group.Go(func() { _, _, _ = s.changer.Read(ctx, wire.ReadItem{Target: p.ref, Reason: wire.ReadForCopy}) })
		}
	}
	time.Sleep(after)
	began := time.Now()
	cancel()
	s.changer.Close() // ends the stream of writes, which outlives each of them
	group.Wait()
	return began
}

// goesOnAfterCancelling cancels a write and uses the same process further: nothing may be
// held by the call that is gone.
func goesOnAfterCancelling(t *trial, c *targetCase, moment time.Duration) {
	s := c.begin(t)
	p, before := c.place(t, s), canary()
	c.mustWrite(t, s, p, before)
	item := c.item(t, p, long(p))
	c.cancelled(t, s, p, moment, item)
	c.isWhole(t, s, p, true, before, item.Payload)
}

// endsAfterCancelling cancels a write and drains the session: nothing may be written after
// that. A store over a network may still be at it when its plugin is not.
func endsAfterCancelling(t *trial, c *targetCase, moment time.Duration) {
	s := c.begin(t)
	p, before := c.place(t, s), canary()
	c.mustWrite(t, s, p, before)
	item := c.item(t, p, long(p))
	c.cancelled(t, s, p, moment, item)
	if err := s.client.Drain(t.call(), patience); err != nil {
		t.fatalf("a write was under way after it was cancelled: %v", err)
	}
	other := c.begin(t)
	at := c.inspect(t, other, p, nil)
	time.Sleep(100 * time.Millisecond)
	if later := c.inspect(t, other, p, nil); later.Receipt.Revision != at.Receipt.Revision && !c.usesNetwork() {
		t.fatalf("after Drain had answered, a cancelled write was carried out")
	}
	c.isWhole(t, other, p, c.usesNetwork(), before, item.Payload)
}

func (c *targetCase) usesNetwork() bool {
	return slices.ContainsFunc(c.about.Permissions, func(p wire.Permission) bool {
		return p.Kind == wire.Network || p.Kind == wire.NetworkFrom || p.Kind == wire.Identity
	})
}

// isWhole demands that one of the values is at a place, and that it can be replaced: at
// once, unless what was cancelled may still be on its way there.
func (c *targetCase) isWhole(t *trial, s *session, p *place, underWay bool, values ...secret.Payload) {
	ctx, cancel := context.WithTimeout(t.ctx, 2*patience)
	defer cancel()
	for range 3 {
		states, err := s.client.Inspect(ctx, []wire.InspectItem{{Target: p.ref}}, nil)
		if err != nil {
			t.fatalf("after a cancelled write the plugin does not say what is there: %v", err)
		}
		if states[0].Presence != wire.Present {
			t.fatalf("after a cancelled write over a value Inspect says presence %d; %s", states[0].Presence, texts(states[0].Diagnostics))
		}
		if !slices.ContainsFunc(values, func(v secret.Payload) bool { same, known := c.holds(t, s, p, v); return same || !known }) {
			t.fatalf("a cancelled write left a value that is neither the one before nor the one that was written")
		}
		p.receipt = states[0].Receipt
		item := c.item(t, p, canary())
		result, err := s.changer.Write(ctx, item)
		if err != nil {
			t.fatalf("after a cancelled write another one was not answered: %v", err)
		}
		if stored(result) {
			p.receipt = result.Receipt
			return
		}
		if !refused(result, wire.Conflict) || !underWay {
			t.fatalf("after a cancelled write another one had outcome %d: %s", result.Outcome, texts(result.Diagnostics))
		}
	}
	t.fatalf("after a cancelled write no other one is carried out")
}

// long is a value that takes a store a while, as far as the place has room for it.
func long(p *place) secret.Payload {
	value := "sz-canary/" + random() + strings.Repeat("0123456789abcdef", 1024) + random()
	if room := p.check.MaxValue; room > 0 && room < len(value) {
		return canary()
	}
	return secret.NewText(secret.FromString(value))
}
