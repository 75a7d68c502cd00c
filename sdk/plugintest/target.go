package plugintest

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// Target is one place of a plugin under test, and what was last written there. It is
// for one goroutine.
type Target struct {
	Address string

	plugin *Plugin
	ref    wire.TargetRef
	last   wire.WriteItem
	stored sdk.Receipt // of the last write that went well
	mark   sdk.Mark
	writes int
}

// Target finds the place where a target of a secret is, and fails the test when the
// plugin refuses it; see [Plugin.TryTarget].
func (p *Plugin) Target(kind string, config Config, secretName string, fields ...string) *Target {
	p.t.Helper()
	t, err := p.TryTarget(kind, config, secretName, fields...)
	if err != nil {
		p.t.Fatalf("plugintest: target %s: %v", kind, err)
	}
	return t
}

// TryTarget finds the place where a target of a secret is. Fields are those of a
// structured secret.
func (p *Plugin) TryTarget(kind string, config Config, secretName string, fields ...string) (*Target, error) {
	p.t.Helper()
	found, err := p.client.CheckTargets(p.t.Context(), []wire.CheckItem{{Kind: kind, Config: config.value(), Secret: secretName, Fields: fields}})
	if err != nil {
		p.t.Fatalf("plugintest: %v", err)
	}
	if err := errorOf(found[0].Diagnostics); err != nil {
		return nil, err
	}
	return &Target{Address: found[0].Address, plugin: p, ref: wire.TargetRef{Kind: kind, Address: found[0].Address, Config: config.value(), Fields: fields}}, nil
}

// Write stores a text as the value of a new operation, expecting there what the last
// write left.
func (t *Target) Write(text string) (sdk.WriteResult, error) {
	t.plugin.t.Helper()
	return t.WritePayload(secret.NewText(secret.FromString(text)))
}

// WritePayload is [Target.Write] for any payload.
func (t *Target) WritePayload(p secret.Payload) (sdk.WriteResult, error) {
	t.plugin.t.Helper()
	t.writes++
	operation := fmt.Sprintf("%d.20260101T000000Z.%s", t.writes, random())
	t.last = wire.WriteItem{
		Target: t.ref, Payload: p, Expect: sdk.Expectation{Absent: t.stored.IsZero(), Receipt: t.stored},
		Mark: sdk.Mark{Owner: "plugintest.1/-/secret", Operation: operation, Previous: t.mark.Operation, Definition: "d1"},
	}
	return t.Repeat()
}

// Repeat sends the last write once more, as a host does that got no answer.
func (t *Target) Repeat() (sdk.WriteResult, error) {
	t.plugin.t.Helper()
	result, err := t.plugin.begin().Write(t.plugin.t.Context(), t.last)
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	if result.Outcome == sdk.Applied || result.Outcome == sdk.Unchanged {
		t.stored, t.mark = result.Receipt, t.last.Mark
	}
	return result, errorOf(result.Diagnostics)
}

// Inspect says what is there, compared with the receipt of the last write.
func (t *Target) Inspect() (sdk.State, error) {
	t.plugin.t.Helper()
	return t.inspect(nil)
}

func (t *Target) inspect(key []byte) (sdk.State, error) {
	t.plugin.t.Helper()
	states, err := t.plugin.client.Inspect(t.plugin.t.Context(), []wire.InspectItem{{Target: t.ref, Receipt: t.stored, CompareValue: key != nil}}, key)
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	return states[0], errorOf(states[0].Diagnostics)
}

// Holds asks by a keyed challenge, as a plan does, whether the place holds a text.
func (t *Target) Holds(text string) (bool, error) {
	t.plugin.t.Helper()
	key := []byte(random())
	state, err := t.inspect(key)
	if err == nil && state.Presence == sdk.Present && state.Comparison == nil {
		err = fmt.Errorf("the challenge was not answered")
	}
	return hmac.Equal(state.Comparison, secret.Comparison(key, t.Address, secret.FromString(text))), err
}

// Read gives out the value of the last write.
func (t *Target) Read() (secret.Payload, error) {
	t.plugin.t.Helper()
	result, found, err := t.plugin.begin().Read(t.plugin.t.Context(), wire.ReadItem{Target: t.ref, Receipt: t.stored, Reason: wire.ReadForCopy})
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	return result.Payload, errorOf(found)
}

// Update changes what is around the value: the definition of the mark.
func (t *Target) Update(definition string) (sdk.WriteResult, error) {
	t.plugin.t.Helper()
	mark := t.mark
	mark.Definition = definition
	result, err := t.plugin.begin().Update(t.plugin.t.Context(), wire.UpdateItem{Target: t.ref, Mark: mark, Expect: t.stored})
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	if result.Outcome == sdk.Applied {
		t.mark, t.stored = mark, result.Receipt
	}
	return result, errorOf(result.Diagnostics)
}

// Retire disables, deletes, purges or unmarks what is there.
func (t *Target) Retire(mode sdk.RetireMode) (sdk.WriteResult, error) {
	t.plugin.t.Helper()
	result, err := t.plugin.begin().Retire(t.plugin.t.Context(), wire.RetireItem{Target: t.ref, Mode: mode, Mark: t.mark})
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	return result, errorOf(result.Diagnostics)
}

// Versions lists the versions, newest first.
func (t *Target) Versions() ([]sdk.Version, error) {
	t.plugin.t.Helper()
	list, found, err := t.plugin.client.Versions(t.plugin.t.Context(), t.ref)
	if err != nil {
		t.plugin.t.Fatalf("plugintest: %v", err)
	}
	return list, errorOf(found)
}

func random() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
