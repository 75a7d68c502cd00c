package conformance

import (
	"slices"
	"sync"

	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

const writers = 16

func storesConcurrently(t *trial, c *targetCase) {
	s := c.begin(t)
	places := []*place{c.place(t, s)}
	for len(places) < writers {
		p := c.place(t, s)
		if p.ref.Address == places[0].ref.Address {
			contend(t, c, s, places[0]) // the configuration names the one place
			return
		}
		places = append(places, p)
	}
	items := make([]wire.WriteItem, len(places))
	for i, p := range places {
		items[i] = c.item(t, p, canary())
	}
	for i, result := range sideBySide(t, s, places[0], items) {
		if refused(result, wire.Throttled) {
			continue
		}
		if !stored(result) {
			t.fatalf("write %d of %d: %s", i+1, len(places), texts(result.Diagnostics))
		}
		places[i].receipt = result.Receipt
		if same, known := c.holds(t, s, places[i], items[i].Payload); known && !same {
			t.errorf("write %d of %d: another value is there", i+1, len(places))
		}
	}
	t.notef("%d writes side by side", len(places))
}

// sideBySide makes all writes at once, or as many as a place lets a host make.
func sideBySide(t *trial, s *session, p *place, items []wire.WriteItem) []wire.WriteResult {
	permits := make(chan struct{}, writers)
	if n := p.check.Throttle.InFlight; n > 0 {
		permits = make(chan struct{}, n)
	}
	results, errs := make([]wire.WriteResult, len(items)), make([]error, len(items))
	var group sync.WaitGroup
	for i, item := range items {
		ctx := t.call()
		group.Go(func() {
			permits <- struct{}{}
			results[i], errs[i] = s.changer.Write(ctx, item)
			<-permits
		})
	}
	group.Wait()
	for _, err := range errs {
		t.must(err)
	}
	return results
}

func refused(r wire.WriteResult, class wire.Class) bool {
	return r.Outcome == wire.NotApplied && slices.ContainsFunc(r.Diagnostics, func(d wire.Diagnostic) bool { return d.Class == class })
}

// contend writes to one place from many sides, of which each expects the same there. What
// is there in the end has to be a value of which the plugin said that it was stored.
func contend(t *trial, c *targetCase, s *session, p *place) {
	c.mustWrite(t, s, p, canary())
	items := make([]wire.WriteItem, writers)
	for i := range items {
		items[i] = c.item(t, p, canary())
		items[i].Expect.Recheck = true
	}
	var kept []secret.Payload
	for i, result := range sideBySide(t, s, p, items) {
		switch {
		case stored(result):
			kept = append(kept, items[i].Payload)
		case !refused(result, wire.Conflict) && !refused(result, wire.Throttled):
			t.errorf("write %d of %d to one place was neither stored nor refused as a conflict: outcome %d, %s", i+1, writers, result.Outcome, texts(result.Diagnostics))
		}
	}
	if len(kept) == 0 {
		t.fatalf("none of %d writes to one place was carried out", writers)
	}
	there := false
	for _, value := range kept {
		same, known := c.holds(t, s, p, value)
		there = there || same || !known
	}
	if !there {
		t.errorf("after %d writes to one place, what is there is none of the values that were stored", writers)
	}
	if len(kept) > 1 && c.description.Can(wire.CanInspect) {
		t.warnf("of %d writes that expected the same at one place, %d were carried out, each over the one before: make the look and the write one step", writers, len(kept))
	}
	t.notef("%d writes side by side to one place", writers)
}
