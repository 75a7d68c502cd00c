package plugintest_test

import (
	"context"
	"crypto/sha256"
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
	Shelf string `sz:"shelf,required,identity" network:"to store boxes" doc:"the shelf"`
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
	return sdk.ReadResult{Payload: b.boxes[r.Address].payload.Clone()}, nil
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

var boxCase = plugintest.Case{Provider: "boxes", Target: "box", Config: plugintest.Config{"shelf": "left"}}

func TestAPluginThatKeepsTheRulesPasses(t *testing.T) {
	plugintest.Conform(t, boxPlugin(&box{boxes: map[string]content{}}, nil), plugintest.Options{}, boxCase)
}

// TestBrokenRulesAreFound breaks one rule after the other and demands that the check
// of that rule, and no other, fails. A check that cannot fail proves nothing.
func TestBrokenRulesAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		checks []string
		broken func(*box, *boxes)
	}{
		"writes twice": {[]string{"idempotent-write"}, func(b *box, target *boxes) {
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
		"overwrites": {[]string{"expectations"}, func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				b.mu.Lock()
				at, present := b.boxes[w.Address]
				b.mu.Unlock()
				w.Expect.Absent, w.Expect.Receipt.Revision = !present, fmt.Sprint(at.n)
				return b.write(ctx, s, w)
			}
		}},
		"loses binary values": {[]string{"values"}, func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if w.Payload.Type() == secret.Binary {
					w.Payload = secret.NewText(secret.FromString(strings.ToValidUTF8(string(w.Payload.Scalar().Expose()), "?")))
				}
				return b.write(ctx, s, w)
			}
		}},
		"tells the value in an error": {[]string{"canaries"}, func(b *box, target *boxes) {
			target.Inspect = func(ctx context.Context, s *box, i sdk.Inspection[boxConfig]) (sdk.State, error) {
				state, err := b.inspect(ctx, s, i)
				if state.Presence == sdk.Present {
					flat, _ := b.boxes[i.Address].payload.Flat()
					state.Diagnostics = append(state.Diagnostics, sdk.Error{Warning: true, Code: "x", Summary: fmt.Sprintf("holds %x", flat.Expose())})
				}
				return state, err
			}
		}},
		"remembers a digest": {[]string{"canaries"}, func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				result, err := b.write(ctx, s, w)
				if flat, _ := w.Payload.Flat(); result.Outcome == sdk.Applied {
					result.Receipt.Data = map[string]string{"digest": fmt.Sprintf("%x", sha256.Sum256(flat.Expose()))}
				}
				return result, err
			}
		}},
		"deletes what is not ours": {[]string{"retire"}, func(b *box, target *boxes) {
			target.Retire = func(ctx context.Context, s *box, r sdk.Retire[boxConfig]) (sdk.WriteResult, error) {
				r.Mode, r.Mark.Owner = sdk.RetireDelete, b.boxes[r.Address].mark.Owner
				return b.retire(ctx, s, r)
			}
		}},
		"changes the value in an update": {[]string{"update"}, func(b *box, target *boxes) {
			target.Update = func(ctx context.Context, s *box, u sdk.Update[boxConfig]) (sdk.WriteResult, error) {
				at := b.boxes[u.Address]
				at.payload = secret.NewText(secret.FromString("another value"))
				b.boxes[u.Address] = at
				return b.update(ctx, s, u)
			}
		}},
		"is deaf": {[]string{"cancellation"}, func(b *box, target *boxes) {
			target.Write = func(ctx context.Context, s *box, w sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				if _, err := sdk.HTTPClient(ctx).Get("https://shelf.example"); err == nil || ctx.Err() == nil {
					return b.write(ctx, s, w)
				}
				time.Sleep(2500 * time.Millisecond) // goes on after it was cancelled
				return sdk.WriteResult{}, ctx.Err()
			}
		}},
		"answers another challenge": {[]string{"write"}, func(b *box, target *boxes) {
			target.Challenges = true
			target.Inspect = func(ctx context.Context, s *box, i sdk.Inspection[boxConfig]) (sdk.State, error) {
				state, err := b.inspect(ctx, s, i)
				i.Challenge.Answer(&state, secret.FromString("something else"), nil)
				return state, err
			}
		}},
		"fails": {[]string{"write"}, func(_ *box, target *boxes) {
			target.Write = func(context.Context, *box, sdk.Write[boxConfig]) (sdk.WriteResult, error) {
				return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unavailable, Code: "down", Summary: "fails by order of the test"}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			store := &box{boxes: map[string]content{}}
			plugin := boxPlugin(store, func(target *boxes) { c.broken(store, target) })
			var failed []string
			for _, result := range plugintest.Check(t, plugin, plugintest.Options{}, boxCase).Results {
				if result.Status == conformance.Fail {
					failed = append(failed, result.Check)
				}
			}
			for _, check := range c.checks {
				if !slices.Contains(failed, check) {
					t.Errorf("the check %q passes; failed are %q", check, failed)
				}
			}
			if name != "fails" && len(failed) > len(c.checks) {
				t.Errorf("failed are %q, more than %q", failed, c.checks)
			}
		})
	}
}
