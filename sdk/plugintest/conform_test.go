package plugintest_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/conformance"
	"github.com/secretzero/sz/sdk/plugintest"
	"github.com/secretzero/sz/sdk/secret"
)

// box is a target that keeps every rule, but for the one that a test breaks.
type box struct {
	mu    sync.Mutex
	boxes map[string]content
}

type content struct {
	payload secret.Payload
	mark    sdk.Mark
	n       int
}

type boxConfig struct {
	Shelf string `sz:"shelf,required,identity" doc:"the shelf"`
	Name  string `sz:"name,name" doc:"the box; the secret's name when nothing is said"`
}

type boxes = sdk.TargetOf[*box, boxConfig]

func boxPlugin(store *box, breakRule func(*boxes)) sdk.Plugin {
	target := boxes{
		Kind: "box", Summary: "a box", Marks: true,
		Write: store.write, Inspect: store.inspect, Read: store.read, Update: store.update, Retire: store.retire,
	}
	if breakRule != nil {
		breakRule(&target)
	}
	return sdk.Plugin{Name: "boxes", Version: "1.0.0", Summary: "secrets in boxes", Providers: []sdk.Provider{
		sdk.ProviderOf[sdk.None, *box]{
			Kind: "boxes", Summary: "shelves of boxes", Targets: []sdk.TargetFor[*box]{target},
			Open: func(context.Context, sdk.None, sdk.OpenInfo) (*box, []sdk.Claim, error) { return store, nil, nil },
		},
	}}
}

func (b *box) receipt(c content) sdk.Receipt {
	return sdk.Receipt{Version: 1, Revision: fmt.Sprint(c.n)}
}

func (b *box) write(_ context.Context, _ *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, present := b.boxes[w.Address]
	switch {
	case present && at.mark.Operation == w.Mark.Operation:
		return sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: b.receipt(at)}, nil
	case present && (w.Expect.Absent || w.Expect.Receipt.Revision != fmt.Sprint(at.n)):
		return sdk.WriteResult{}, &sdk.Error{Class: sdk.Conflict, Code: "occupied", Summary: "the box holds something else"}
	}
	at = content{w.Payload.Clone(), w.Mark, at.n + 1}
	b.boxes[w.Address] = at
	return sdk.WriteResult{Outcome: sdk.Applied, Receipt: b.receipt(at)}, nil
}

func (b *box) inspect(_ context.Context, _ *box, i sdk.Inspection[boxConfig]) (sdk.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, present := b.boxes[i.Address]
	if !present {
		return sdk.State{Presence: sdk.Absent}, nil
	}
	state := sdk.State{Presence: sdk.Present, Mark: at.mark, Receipt: b.receipt(at), Match: sdk.Differs}
	if i.Receipt.Revision == fmt.Sprint(at.n) {
		state.Match = sdk.Matches
	}
	return state, nil
}

func (b *box) read(_ context.Context, _ *box, r sdk.Read[boxConfig]) (sdk.ReadResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, present := b.boxes[r.Address]
	if !present {
		return sdk.ReadResult{}, &sdk.Error{Class: sdk.NotFound, Code: "empty", Summary: "the box is empty"}
	}
	return sdk.ReadResult{Payload: at.payload.Clone()}, nil
}

func (b *box) update(_ context.Context, _ *box, u sdk.Update[boxConfig]) (sdk.WriteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.boxes[u.Address]
	at.mark = u.Mark
	b.boxes[u.Address] = at
	return sdk.WriteResult{Outcome: sdk.Applied, Receipt: b.receipt(at)}, nil
}

func (b *box) retire(_ context.Context, _ *box, r sdk.Retire[boxConfig]) (sdk.WriteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Mode != sdk.RetireDelete && r.Mode != sdk.RetirePurge || b.boxes[r.Address].mark.Owner != r.Mark.Owner {
		return sdk.WriteResult{}, &sdk.Error{Class: sdk.Conflict, Code: "not-ours", Summary: "the box is not ours"}
	}
	delete(b.boxes, r.Address)
	return sdk.WriteResult{Outcome: sdk.Applied}, nil
}

// isLong reports the value that the check of cancellation writes.
func isLong(w sdk.Write[boxConfig]) bool { return w.Payload.Scalar().Len() > 10_000 }

// wait takes longer than the check of cancellation waits before it cancels.
func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(40 * time.Millisecond):
	}
	return ctx.Err()
}

// oneBox names the place, so that all writes go there.
var oneBox = plugintest.Case{Provider: "boxes", Target: "box", Config: plugintest.Config{"shelf": "left", "name": "only"}}

var boxCase = plugintest.Case{Provider: "boxes", Target: "box", Config: plugintest.Config{"shelf": "left"}}

func TestAPluginThatKeepsTheRulesPasses(t *testing.T) {
	for _, in := range []plugintest.Case{boxCase, oneBox} {
		store := &box{boxes: map[string]content{}}
		plugintest.Conform(t, boxPlugin(store, nil), plugintest.Options{}, in)
		if len(store.boxes) > 0 {
			t.Errorf("the checks left %d boxes that are not empty", len(store.boxes))
		}
	}
}

// TestWritesThatOvertakeAreTold has a plugin look, wait and write: of writes that expect
// the same, each overwrites the one before. Not every store can keep a plugin from that.
func TestWritesThatOvertakeAreTold(t *testing.T) {
	store := &box{boxes: map[string]content{}}
	plugin := boxPlugin(store, func(target *boxes) {
		target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
			store.mu.Lock()
			seen, present := store.boxes[w.Address]
			store.mu.Unlock()
			if present && fmt.Sprint(seen.n) == w.Expect.Receipt.Revision {
				time.Sleep(10 * time.Millisecond)
				store.mu.Lock()
				w.Expect.Receipt.Revision = fmt.Sprint(store.boxes[w.Address].n)
				store.mu.Unlock()
			}
			return store.write(ctx, s, w)
		}
	})
	for _, result := range plugintest.Check(t, plugin, plugintest.Options{}, oneBox).Results {
		want := conformance.Pass
		if result.Check == "concurrency" {
			want = conformance.Warn
		}
		if result.Status != want && result.Status != conformance.Skip {
			t.Errorf("%s: %s %q", result.Check, result.Status, result.Details)
		}
	}
}

// TestBrokenRulesAreFound breaks one rule after the other and demands that the check
// of that rule, and no other, fails. A check that cannot fail proves nothing.
func TestBrokenRulesAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		checks []string
		broken func(*box, *boxes)
		in     plugintest.Case // the zero Case is boxCase
		others bool            // other checks may notice too
	}{
		"writes twice": {checks: []string{"idempotent-write"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				b.mu.Lock()
				if at := b.boxes[w.Address]; at.mark.Operation == w.Mark.Operation {
					at.mark.Operation = "forgotten"
					b.boxes[w.Address] = at
				}
				b.mu.Unlock()
				return b.write(ctx, s, w)
			}
		}},
		"overwrites": {checks: []string{"expectations"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				b.mu.Lock()
				at, present := b.boxes[w.Address]
				b.mu.Unlock()
				w.Expect.Absent, w.Expect.Receipt.Revision = !present, fmt.Sprint(at.n)
				return b.write(ctx, s, w)
			}
		}},
		"loses binary values": {checks: []string{"values"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if w.Payload.Type() == secret.Binary {
					w.Payload = secret.NewText(secret.FromString(strings.ToValidUTF8(string(w.Payload.Scalar().Expose()), "?")))
				}
				return b.write(ctx, s, w)
			}
		}},
		"tells the value in an error": {checks: []string{"canaries"}, broken: func(b *box, target *boxes) {
			target.Inspect = func(ctx context.Context, s *box, i sdk.Inspection[boxConfig]) (sdk.State, error) {
				state, err := b.inspect(ctx, s, i)
				b.mu.Lock()
				defer b.mu.Unlock()
				if state.Presence == sdk.Present {
					flat, _ := b.boxes[i.Address].payload.Flat()
					state.Diagnostics = append(state.Diagnostics, sdk.Error{Warning: true, Code: "x", Summary: fmt.Sprintf("holds %x", flat.Expose())})
				}
				return state, err
			}
		}},
		"remembers a digest": {checks: []string{"canaries"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				result, err := b.write(ctx, s, w)
				if flat, _ := w.Payload.Flat(); result.Outcome == sdk.Applied {
					result.Receipt.Data = map[string]string{"digest": fmt.Sprintf("%x", sha256.Sum256(flat.Expose()))}
				}
				return result, err
			}
		}},
		"deletes what is not ours": {checks: []string{"retire"}, broken: func(b *box, target *boxes) {
			target.Retire = func(ctx context.Context, s *box, r sdk.Retire[boxConfig]) (sdk.WriteResult, error) {
				r.Mode, r.Mark.Owner = sdk.RetireDelete, b.boxes[r.Address].mark.Owner
				return b.retire(ctx, s, r)
			}
		}},
		"changes the value in an update": {checks: []string{"update"}, broken: func(b *box, target *boxes) {
			target.Update = func(ctx context.Context, s *box, u sdk.Update[boxConfig]) (sdk.WriteResult, error) {
				at := b.boxes[u.Address]
				at.payload = secret.NewText(secret.FromString("another value"))
				b.boxes[u.Address] = at
				return b.update(ctx, s, u)
			}
		}},
		"is deaf": {checks: []string{"cancellation"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if _, err := sdk.HTTPClient(ctx).Get("https://shelf.example"); err == nil || ctx.Err() == nil {
					return b.write(ctx, s, w)
				}
				time.Sleep(2500 * time.Millisecond) // goes on after it was cancelled
				return sdk.WriteResult{}, ctx.Err()
			}
		}},
		"leaves half of a cancelled value": {checks: []string{"cancellation"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if !isLong(w) {
					return b.write(ctx, s, w)
				}
				half := w
				half.Payload, half.Mark.Operation = secret.NewText(secret.New(w.Payload.Scalar().Expose()[:100])), "half"
				result, err := b.write(ctx, s, half)
				if err != nil || wait(ctx) != nil {
					return result, errors.Join(err, ctx.Err())
				}
				w.Expect = sdk.Expectation{Receipt: result.Receipt}
				return b.write(ctx, s, w)
			}
		}},
		"keeps what a cancelled call held": {checks: []string{"cancellation"}, broken: func(b *box, target *boxes) {
			held := make(chan struct{}, 1)
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				select {
				case held <- struct{}{}:
				case <-ctx.Done():
					return sdk.WriteResult{}, ctx.Err()
				}
				if isLong(w) && wait(ctx) != nil {
					return sdk.WriteResult{}, ctx.Err()
				}
				defer func() { <-held }()
				return b.write(ctx, s, w)
			}
		}},
		"goes on after it drained": {checks: []string{"cancellation"}, broken: func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if !isLong(w) {
					return b.write(ctx, s, w)
				}
				w.Payload = w.Payload.Clone()
				type outcome struct {
					result sdk.WriteResult
					err    error
				}
				done := make(chan outcome, 1)
				go func() {
					time.Sleep(60 * time.Millisecond)
					result, err := b.write(context.Background(), s, w)
					done <- outcome{result, err}
				}()
				select {
				case <-ctx.Done():
					return sdk.WriteResult{}, ctx.Err()
				case o := <-done:
					return o.result, o.err
				}
			}
		}},
		"mixes up writes to one place": {checks: []string{"concurrency"}, in: oneBox, others: true, broken: func(b *box, target *boxes) {
			// The first of two stores what the second brings, as where both use one file.
			var mu sync.Mutex
			var second chan secret.Payload
			var done chan struct{}
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				mu.Lock()
				if theirs, stored := second, done; theirs != nil {
					mu.Unlock()
					select {
					case theirs <- w.Payload:
					case <-stored:
					}
					<-stored
					return b.write(ctx, s, w)
				}
				ours, stored := make(chan secret.Payload), make(chan struct{})
				second, done = ours, stored
				mu.Unlock()
				select {
				case w.Payload = <-ours:
				case <-time.After(20 * time.Millisecond):
				}
				result, err := b.write(ctx, s, w)
				mu.Lock()
				second = nil
				mu.Unlock()
				close(stored)
				return result, err
			}
		}},
		"loses answers of writes to one place": {checks: []string{"concurrency"}, in: oneBox, others: true, broken: func(b *box, target *boxes) {
			var busy sync.Mutex
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if !busy.TryLock() {
					return sdk.WriteResult{}, errors.New("it is writing already")
				}
				defer busy.Unlock()
				time.Sleep(5 * time.Millisecond)
				return b.write(ctx, s, w)
			}
		}},
		"answers another challenge": {checks: []string{"write"}, broken: func(b *box, target *boxes) {
			target.Challenges = true
			target.Inspect = func(ctx context.Context, s *box, i sdk.Inspection[boxConfig]) (sdk.State, error) {
				state, err := b.inspect(ctx, s, i)
				i.Challenge.Answer(&state, secret.FromString("something else"), nil)
				return state, err
			}
		}},
		"reads nothing as an empty value": {checks: []string{"write", "retire"}, broken: func(b *box, target *boxes) {
			target.Read = func(ctx context.Context, s *box, r sdk.Read[boxConfig]) (sdk.ReadResult, error) {
				result, err := b.read(ctx, s, r)
				if err != nil {
					return sdk.ReadResult{Payload: secret.NewText(secret.FromString(""))}, nil
				}
				return result, nil
			}
		}},
		"fails": {checks: []string{"write"}, others: true, broken: func(_ *box, target *boxes) {
			target.Write = func(context.Context, *box, sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unavailable, Code: "down", Summary: "fails by order of the test"}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &box{boxes: map[string]content{}}
			plugin := boxPlugin(store, func(target *boxes) { c.broken(store, target) })
			var failed []string
			if c.in.Target == "" {
				c.in = boxCase
			}
			for _, result := range plugintest.Check(t, plugin, plugintest.Options{}, c.in).Results {
				if result.Status == conformance.Fail {
					failed = append(failed, result.Check)
				}
			}
			for _, check := range c.checks {
				if !slices.Contains(failed, check) {
					t.Errorf("the check %q passes; failed are %q", check, failed)
				}
			}
			if !c.others && len(failed) > len(c.checks) {
				t.Errorf("failed are %q, more than %q", failed, c.checks)
			}
		})
	}
}
