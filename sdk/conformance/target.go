package conformance

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// targetCase is a target with what the plugin says of its kind.
type targetCase struct {
	provider    Provider
	target      Target
	about       wire.ProviderDescription
	description wire.TargetDescription
}

// provider makes the checks of a provider and of its targets.
func (r *run) provider(ctx context.Context, p Provider) {
	r.knowSealed(p.Config)
	i := slices.IndexFunc(r.description.Providers, func(d wire.ProviderDescription) bool { return d.Kind == p.Kind })
	if i < 0 {
		r.try(ctx, "configured", "provider "+p.Kind, "every configuration is for a kind that the plugin serves", func(t *trial) { t.errorf("the plugin has no such kind") })
		return
	}
	d := r.description.Providers[i]
	r.try(ctx, "bad-config", "provider "+p.Alias, "what is wrong in a configuration is answered with its attribute", func(t *trial) { providerConfig(t, p, d.Config) })
	for _, target := range p.Targets {
		description, ok := d.Target(target.Kind)
		if !ok {
			continue
		}
		r.knowSealed(target.Config)
		r.target(ctx, &targetCase{p, target, d, description})
	}
	if len(p.Targets) > 0 {
		r.grants(ctx, p, d)
		r.cleanUp(ctx, p)
	}
}

func (r *run) target(ctx context.Context, c *targetCase) {
	of := "target " + c.target.Kind
	for _, check := range []struct {
		name, about string
		run         func(*trial, *targetCase)
	}{
		{"check", "Check is pure and finds one canonical address for one place", checksPurely},
		{"before-begin", "nothing is stored, read out or deleted before a plan is approved", changesOnlyAfterBegin},
		{"bad-config", "what is wrong in a configuration is answered with its attribute", targetConfig},
		{"write", "what is stored is shown, answers a challenge, and can be read back", storesAndShows},
		{"idempotent-write", "a write that is repeated under its operation id stores nothing new", storesOnce},
		{"expectations", "what is not what the host expects is not overwritten", keepsWhatIsThere},
		{"values", "unicode, empty, 25 KiB, binary and structured values come back as they were, or are refused", keepsValues},
		{"update", "Update changes what is around a value, never the value", updates},
		{"retire", "Retire deletes what it is told to and carries the mark that it is told, and refuses a mode that it does not know", retires},
		{"unknown-fields", "fields of a later version of the contract are ignored", storesWithGrease},
		{"concurrency", "writes side by side are each answered once, and what is there was stored by one of them", storesConcurrently},
		{"cancellation", "a cancelled call ends within 2 s, leaves one whole value, and nothing that goes on", cancels},
		{"killed-mid-write", "killed at any moment of a write, the same write afterwards ends with one value", survivesKills},
	} {
		r.try(ctx, check.name, of, check.about, func(t *trial) { check.run(t, c) })
	}
}

// session is an open provider with a plan begun.
type session struct {
	*process
	changer *wire.Changer
}

// open starts the plugin and opens the provider.
func (c *targetCase) open(t *trial, how Start) *session {
	how.Provider = &c.provider
	p := t.start(how)
	_, found, err := p.client.Open(t.call(), wire.OpenRequest{Kind: c.provider.Kind, Alias: c.provider.Alias, Config: c.provider.Config, ProjectRoot: t.run.root()})
	t.must(err)
	if wire.Failed(found) {
		t.fatalf("provider %s does not open: %s", c.provider.Alias, texts(found))
	}
	return &session{process: p}
}

func (c *targetCase) begin(t *trial) *session {
	s := c.open(t, Start{})
	s.changer = t.begin(s.process)
	return s
}

// place is where a target of some secret is, and what was written there last.
type place struct {
	ref     wire.TargetRef
	check   wire.CheckResult
	receipt wire.Receipt
	mark    wire.Mark
	payload secret.Payload
	n       int
}

// place finds a place of its own for a check, where nothing is. A configuration that
// names the place leaves only one. A place for the fields of a structured secret may be
// another; nil means that the target has none for them.
func (c *targetCase) place(t *trial, s *session, fields ...string) *place {
	t.run.names++
	return c.placeOf(t, s, fmt.Sprintf("sz-test-%s-%d", random()[:6], t.run.names), fields...)
}

func (c *targetCase) placeOf(t *trial, s *session, name string, fields ...string) *place {
	found, err := s.client.CheckTargets(t.call(), []wire.CheckItem{{Kind: c.target.Kind, Config: c.target.Config, Secret: name, Fields: fields}})
	t.must(err)
	if len(fields) > 0 && slices.ContainsFunc(found[0].Diagnostics, refusal) {
		return nil
	}
	if wire.Failed(found[0].Diagnostics) {
		t.fatalf("the configuration is refused: %s", texts(found[0].Diagnostics))
	}
	p := &place{ref: wire.TargetRef{Kind: c.target.Kind, Address: found[0].Address, Config: c.target.Config, Fields: fields}, check: found[0]}
	if c.description.Can(wire.CanInspect) {
		state := c.inspect(t, s, p, nil)
		switch state.Presence {
		case wire.Absent:
		case wire.Present:
			if state.Mark.Owner != owner && !t.run.hasWritten(p) {
				t.fatalf("there is something at %s already; the checks need an empty place", p.ref.Address)
			}
			p.receipt, p.mark = state.Receipt, state.Mark
		case wire.Deleted:
			if !t.run.hasWritten(p) {
				t.fatalf("something deleted holds the name %s; the checks need an empty place", p.ref.Address)
			}
		default:
			t.fatalf("what is at %s is not known: %s", p.ref.Address, texts(state.Diagnostics))
		}
	}
	return p
}

// owner is the mark of the checks.
const owner = "sz-plugin-test.1/-/secret"

// write stores a payload as a new operation, expecting what is there.
func (c *targetCase) write(t *trial, s *session, p *place, payload secret.Payload) wire.WriteResult {
	result, err := s.changer.Write(t.call(), c.item(t, p, payload))
	t.must(err)
	if stored(result) {
		p.payload, p.receipt = payload, result.Receipt
	}
	return result
}

// item is the next write to a place.
func (c *targetCase) item(t *trial, p *place, payload secret.Payload) wire.WriteItem {
	t.run.secrets.know(payload)
	p.n++
	previous := p.mark.Operation
	p.mark = wire.Mark{Owner: owner, Operation: operation(p.n), Previous: previous, Definition: "d1"}
	t.run.wrote[p.ref.Address] = written{c, p.ref, p.mark}
	ref := p.ref
	ref.Fields = fieldNames(payload)
	return wire.WriteItem{Target: ref, Mark: p.mark, Payload: payload, Expect: wire.Expectation{Absent: p.receipt.IsZero(), Receipt: p.receipt}}
}

// mustWrite stores a payload or ends the trial.
func (c *targetCase) mustWrite(t *trial, s *session, p *place, payload secret.Payload) wire.WriteResult {
	result := c.write(t, s, p, payload)
	if !stored(result) {
		t.fatalf("a write was not carried out: %s", texts(result.Diagnostics))
	}
	if result.Outcome != wire.Applied {
		t.errorf("a first write was answered as unchanged")
	}
	if !revisionForm.MatchString(result.Receipt.Revision) {
		t.errorf("the receipt's revision %q is not of the form %s", result.Receipt.Revision, revisionForm)
	}
	return result
}

var revisionForm = regex.Of(`^[A-Za-z0-9._:-]{1,128}$`)

func stored(r wire.WriteResult) bool { return r.Outcome == wire.Applied || r.Outcome == wire.Unchanged }

// inspect looks at a place; with a payload it asks whether that is there.
func (c *targetCase) inspect(t *trial, s *session, p *place, ask *secret.Payload) wire.State {
	state, _ := c.compare(t, s, p, ask)
	return state
}

// holds asks whether a payload is at a place, if the kind can tell.
func (c *targetCase) holds(t *trial, s *session, p *place, payload secret.Payload) (same, known bool) {
	if c.description.Can(wire.CanRead) {
		read, found, err := s.changer.Read(t.call(), wire.ReadItem{Target: p.ref, Reason: wire.ReadForCopy})
		t.must(err)
		if wire.Failed(found) {
			t.fatalf("it cannot be read back: %s", texts(found))
		}
		return sameBytes(read.Payload, payload), true
	}
	if !c.description.Can(wire.CanChallenge) {
		return false, false
	}
	_, same = c.compare(t, s, p, &payload)
	return same, true
}

func (c *targetCase) compare(t *trial, s *session, p *place, ask *secret.Payload) (wire.State, bool) {
	item := wire.InspectItem{Target: p.ref, Receipt: p.receipt, CompareValue: ask != nil}
	var key []byte
	if ask != nil {
		key = []byte(random())
	}
	states, err := s.client.Inspect(t.call(), []wire.InspectItem{item}, key)
	t.must(err)
	if ask == nil {
		return states[0], false
	}
	flat, err := ask.Flat()
	t.must(err)
	return states[0], hmac.Equal(states[0].Comparison, secret.Comparison(key, p.ref.Address, flat))
}

func sameBytes(a, b secret.Payload) bool {
	x, errX := a.Flat()
	y, errY := b.Flat()
	return errX == nil && errY == nil && x.Equal(y)
}

// canary is a value that occurs nowhere else.
func canary() secret.Payload {
	return secret.NewText(secret.FromString("sz-canary/" + random() + "+" + random()))
}

func operation(n int) string {
	return fmt.Sprintf("%d.%s.%s", n, time.Now().UTC().Format("20060102T150405Z"), random())
}

func random() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
