package conformance

import (
	"slices"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

func checksPurely(t *trial, c *targetCase) {
	// Without any way out Check must work all the same.
	s := c.open(t, Start{Stalled: true})
	item := wire.CheckItem{Kind: c.target.Kind, Config: c.target.Config, Secret: "sz-test"}
	first, err := s.client.CheckTargets(t.call(), []wire.CheckItem{item, item, {Kind: "no_such_kind", Config: schema.NewMap(nil), Secret: "sz-test"}})
	t.must(err)
	if wire.Failed(first[0].Diagnostics) {
		t.fatalf("the configuration is refused: %s", texts(first[0].Diagnostics))
	}
	if first[0].Address == "" || first[0].Address != first[1].Address {
		t.errorf("one place has the addresses %q and %q", first[0].Address, first[1].Address)
	}
	if !wire.Failed(first[2].Diagnostics) {
		t.errorf("a kind that the plugin does not serve was taken for right")
	}
	other := c.open(t, Start{Stalled: true})
	again, err := other.client.CheckTargets(t.call(), []wire.CheckItem{item})
	t.must(err)
	if again[0].Address != first[0].Address {
		t.errorf("another process gives the place another address: %q, then %q", first[0].Address, again[0].Address)
	}
}

func changesOnlyAfterBegin(t *trial, c *targetCase) {
	s := c.open(t, Start{})
	p := c.place(t, s)
	s.changer = unbegun(s.process)
	t.ends = append(t.ends, s.changer.Close)
	item := c.item(t, p, canary())
	if result, err := s.changer.Write(t.call(), item); err == nil && result.Outcome != wire.NotApplied {
		t.errorf("Targets.Write before Plugin.Begin was not refused; it must end with FAILED_PRECONDITION")
	}
	if _, _, err := s.changer.Read(t.call(), wire.ReadItem{Target: p.ref, Reason: wire.ReadForCopy}); err == nil {
		t.errorf("Targets.Read before Plugin.Begin was not refused")
	}
	if _, err := s.changer.Retire(t.call(), wire.RetireItem{Target: p.ref, Mode: wire.RetireDelete, Mark: p.mark}); err == nil {
		t.errorf("Targets.Retire before Plugin.Begin was not refused")
	}
	if _, err := s.changer.Update(t.call(), wire.UpdateItem{Target: p.ref, Mark: p.mark}); err == nil {
		t.errorf("Targets.Update before Plugin.Begin was not refused")
	}
	if c.description.Can(wire.CanInspect) {
		if state := c.inspect(t, s, p, nil); state.Mark.Operation == item.Mark.Operation || state.Presence == wire.Present && p.receipt.IsZero() {
			t.errorf("a write before Plugin.Begin was carried out")
		}
	}
}

func storesAndShows(t *trial, c *targetCase) {
	s := c.begin(t)
	p, value := c.place(t, s), canary()
	if p.receipt.IsZero() {
		readsNothing(t, c, s, p)
	}
	c.mustWrite(t, s, p, value)
	if !c.description.Can(wire.CanInspect) {
		t.warnf("the kind is write-only: sz cannot see what is there, and the plan says so")
		return
	}
	state := c.inspect(t, s, p, nil)
	if state.Presence != wire.Present {
		t.fatalf("after a write Inspect says presence %d; %s", state.Presence, texts(state.Diagnostics))
	}
	switch state.Match {
	case wire.Matches:
	case wire.Differs:
		t.errorf("Inspect says that what is there is not what the receipt tells of")
	default:
		t.warnf("Inspect cannot tell whether what is there is what the receipt tells of")
	}
	if c.description.Can(wire.CanMark) && state.Mark != p.mark {
		t.errorf("the mark that comes back is not the one that was stored: %+v, not %+v", state.Mark, p.mark)
	}
	c.comparesRight(t, s, p, value)
	if same, known := c.holds(t, s, p, value); known && !same {
		t.errorf("what is read back is not what was written")
	}
	// Another process sees the same.
	if state := c.inspect(t, c.open(t, Start{}), p, nil); state.Presence != wire.Present || state.Match == wire.Differs {
		t.errorf("another process sees presence %d, match %d", state.Presence, state.Match)
	}
}

func (c *targetCase) comparesRight(t *trial, s *session, p *place, value secret.Payload) {
	if !c.description.Can(wire.CanChallenge) {
		return
	}
	if _, same := c.compare(t, s, p, &value); !same {
		t.errorf("the challenge is not answered with HMAC-SHA-256 of the value that was written")
	}
	other := canary()
	if _, same := c.compare(t, s, p, &other); same {
		t.errorf("the challenge is answered as if another value were there")
	}
}

func storesOnce(t *trial, c *targetCase) {
	s := c.begin(t)
	p, value := c.place(t, s), canary()
	before := c.versions(t, s, p)
	item := c.item(t, p, value)
	for try := range 3 {
		item.Expect.Recheck = try > 0 // what a host asks for that did not get an answer
		result, err := s.changer.Write(t.call(), item)
		t.must(err)
		if try == 0 && !stored(result) {
			t.fatalf("the write was not carried out: %s", texts(result.Diagnostics))
		}
		if !stored(result) {
			if c.description.Can(wire.CanMark) {
				t.fatalf("repeated, the write was answered with outcome %d: %s", result.Outcome, texts(result.Diagnostics))
			}
			t.warnf("the plugin does not recognise its own write: after a lost answer a person must decide; compare what is there with the value, or carry the mark")
			break
		}
		p.receipt, p.payload = result.Receipt, value
	}
	if same, known := c.holds(t, s, p, value); known && !same {
		t.errorf("after a repeated write another value is there")
	}
	if added := c.versions(t, s, p) - before; before >= 0 && added != 1 {
		t.errorf("a write and its repetitions made %d versions", added)
	}
}

// versions counts the versions at a place, or is -1 where the kind cannot tell.
func (c *targetCase) versions(t *trial, s *session, p *place) int {
	if !c.description.Can(wire.CanVersions) {
		return -1
	}
	list, found, err := s.client.Versions(t.call(), p.ref)
	t.must(err)
	if wire.Failed(found) && p.payload.Scalar().Len() > 0 {
		t.fatalf("versions: %s", texts(found))
	}
	return len(list)
}

func keepsWhatIsThere(t *trial, c *targetCase) {
	if !c.description.Can(wire.CanInspect) {
		t.skipf("a write-only kind cannot see what is there")
	}
	s := c.begin(t)
	p, value := c.place(t, s), canary()
	before := c.mustWrite(t, s, p, canary()).Receipt
	now := c.mustWrite(t, s, p, value).Receipt
	mark := p.mark
	expectations := map[string]wire.Expectation{"nothing there": {Absent: true, Recheck: true}}
	if before.Revision != now.Revision {
		expectations["what was there before"] = wire.Expectation{Receipt: before}
	} else {
		t.warnf("two writes have the same revision: sz cannot tell them apart")
	}
	for name, expect := range expectations {
		item := c.item(t, p, canary())
		item.Expect = expect
		p.mark = mark
		result, err := s.changer.Write(t.call(), item)
		t.must(err)
		if result.Outcome != wire.NotApplied {
			t.errorf("expecting %s, a write over something else had outcome %d", name, result.Outcome)
		} else if !slices.ContainsFunc(result.Diagnostics, func(d wire.Diagnostic) bool { return d.Class == wire.Conflict }) {
			t.errorf("expecting %s, a write was refused without an error of class conflict: %s", name, texts(result.Diagnostics))
		}
	}
	if same, known := c.holds(t, s, p, value); known && !same {
		t.errorf("what was there was overwritten")
	}
	c.mustWrite(t, s, p, canary())
}

func storesWithGrease(t *trial, c *targetCase) {
	s := c.begin(t)
	s.conn.grease = true
	p, value := c.place(t, s), canary()
	c.mustWrite(t, s, p, value)
	if same, known := c.holds(t, s, p, value); known && !same {
		t.errorf("with unknown fields another value was stored")
	}
}
