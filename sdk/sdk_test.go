package sdk_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/plugintest"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

func startNotes(t *testing.T) (*plugintest.Plugin, *plugintest.Target, *server) {
	store := newServer()
	p := plugintest.Start(t, notes, plugintest.Options{Store: store, Env: map[string]string{"NOTES_TOKEN": token}})
	return p, p.Open("notes", nil).Target("note", plugintest.Config{"url": "https://notes.example"}, "db"), store
}

func fault(t *testing.T, err error) *sdk.Error {
	t.Helper()
	e, ok := errors.AsType[*sdk.Error](err)
	if !ok {
		t.Fatalf("not an sdk.Error: %v", err)
	}
	return e
}

func TestATargetStoresReadsComparesAndDeletes(t *testing.T) {
	_, target, store := startNotes(t)
	if target.Address != "https://notes.example#db" {
		t.Errorf("address %q", target.Address)
	}
	if s, err := target.Inspect(); err != nil || s.Presence != sdk.Absent {
		t.Fatalf("before: %v, %v", s.Presence, err)
	}
	written, err := target.Write("s3cret-value")
	if err != nil || written.Outcome != sdk.Applied || store.notes["notes.example/db"] != "s3cret-value" {
		t.Fatalf("write: %v, %v, %v", written, err, store.notes)
	}
	if !strings.HasPrefix(written.Receipt.Revision, "1.2026") {
		t.Errorf("a result without a receipt got %q, not the operation id", written.Receipt.Revision)
	}
	for text, same := range map[string]bool{"s3cret-value": true, "another": false} {
		if holds, err := target.Holds(text); err != nil || holds != same {
			t.Errorf("holds %q: %v, %v", text, holds, err)
		}
	}
	if p, err := target.Read(); err != nil || string(p.Scalar().Expose()) != "s3cret-value" {
		t.Errorf("read: %v", err)
	}
	if _, err := target.Retire(sdk.RetirePurge); fault(t, err).Class != sdk.Unsupported {
		t.Errorf("purge: %v", err)
	}
	if r, err := target.Retire(sdk.RetireDelete); err != nil || r.Outcome != sdk.Applied || len(store.notes) != 0 {
		t.Errorf("delete: %v, %v", r.Outcome, err)
	}
}

func TestATargetThatHasFewFunctionsSaysSo(t *testing.T) {
	writeOnly := sdk.Plugin{Name: "w", Version: "1.0.0", Providers: []sdk.Provider{sdk.ProviderOf[sdk.None, sdk.None]{
		Kind: "w", Targets: []sdk.TargetFor[sdk.None]{sdk.TargetOf[sdk.None, note]{Kind: "hole", Write: func(context.Context, sdk.None, sdk.Write[note]) (sdk.WriteResult, error) {
			return sdk.WriteResult{Outcome: sdk.Applied}, nil
		}}},
	}}}
	described := sdk.NewHandler(writeOnly).Describe().Providers[0]
	if can := described.Targets[0].Capabilities; len(can) != 0 {
		t.Errorf("capabilities %v", can)
	}
	if p := described.Permissions; len(p) != 1 || p[0].Kind != sdk.NetworkFrom || p[0].Value != "config.url" {
		t.Errorf("permissions %v", p)
	}
	target := plugintest.Start(t, writeOnly, plugintest.Options{}).Open("w", nil).Target("hole", plugintest.Config{"url": "https://x"}, "s")
	if _, err := target.Inspect(); fault(t, err).Class != sdk.Unsupported {
		t.Errorf("inspect: %v", err)
	}
	can := sdk.NewHandler(notes).Describe().Providers[0].Targets[0].Capabilities
	if want := []wire.Capability{wire.CanInspect, wire.CanRead, wire.CanChallenge, wire.CanRetire}; !slices.Equal(can, want) {
		t.Errorf("capabilities %v, not %v", can, want)
	}
}

func TestFaultsOfTheNetworkAreWhatTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		fault   plugintest.Fault
		outcome wire.Outcome
		class   sdk.Class
	}{
		"refused":     {plugintest.Refuse, sdk.NotApplied, sdk.Unavailable},
		"answer lost": {plugintest.LoseAnswer, sdk.OutcomeUnknown, sdk.Unavailable},
		"401":         {plugintest.Status(401, 0), sdk.NotApplied, sdk.Authentication},
		"403":         {plugintest.Status(403, 0), sdk.NotApplied, sdk.Permissions},
		"412":         {plugintest.Status(412, 0), sdk.NotApplied, sdk.Conflict},
		"422":         {plugintest.Status(422, 0), sdk.NotApplied, sdk.InvalidConfig},
		"500":         {plugintest.Status(500, 0), sdk.OutcomeUnknown, sdk.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			p, target, _ := startNotes(t)
			p.Network.Fail(1, c.fault)
			result, err := target.Write("s3cret-value")
			if e := fault(t, err); result.Outcome != c.outcome || e.Class != c.class || strings.Contains(e.Error(), "/db") {
				t.Errorf("outcome %v, class %v: %v", result.Outcome, e.Class, e)
			}
		})
	}
}

func TestAStoreThatThrottlesSaysUntilWhen(t *testing.T) {
	p, target, _ := startNotes(t)
	p.Network.Fail(1, plugintest.Status(429, 7*time.Second))
	result, err := target.Write("s3cret-value")
	if fault(t, err).Class != sdk.Throttled || !result.RetryAt.Equal(p.Clock.Now().Add(7*time.Second)) {
		t.Errorf("retry at %v: %v", result.RetryAt, err)
	}
}

func TestWaitingPassesTheClockAndLogsWithoutTheValue(t *testing.T) {
	p, target, store := startNotes(t)
	p.Network.Fail(1, plugintest.Status(503, 0))
	p.Network.Fail(2, plugintest.Status(503, 0))
	if _, err := target.Write(`s3cret "value" ä`); err != nil {
		t.Fatal(err)
	}
	if p.Clock.Slept() != 20*time.Second || p.Network.Requests() != 3 || len(store.notes) != 1 {
		t.Errorf("slept %v, %d requests", p.Clock.Slept(), p.Network.Requests())
	}
	if log := p.Log(); strings.Count(log, "the server is busy") != 2 || strings.Contains(log, "s3cret") || !strings.Contains(log, secret.Mask) {
		t.Error(log)
	}
	// What a call answers is not known before it ends, and is masked all the same.
	if _, err := target.Read(); err != nil {
		t.Fatal(err)
	}
	if log := p.Log(); !strings.Contains(log, "read "+secret.Mask) {
		t.Error(log)
	}
}

func TestConfigurationsAreCompletedFromTheEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		env    map[string]string
		config plugintest.Config
		code   string
	}{
		"environment":   {map[string]string{"NOTES_TOKEN": token}, nil, ""},
		"configuration": {nil, plugintest.Config{"token": secret.FromString(token)}, ""},
		"neither":       {nil, nil, "missing-key"},
		"unknown key":   {map[string]string{"NOTES_TOKEN": token}, plugintest.Config{"tokn": "x"}, "unknown-key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plugintest.Start(t, notes, plugintest.Options{Env: c.env}).TryOpen("notes", c.config)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if e := fault(t, err); e.Code != c.code || len(e.Path) != 1 {
				t.Errorf("%s at %q: %v", e.Code, e.Path, e)
			}
		})
	}
}

func TestBadTargetsNameTheAttribute(t *testing.T) {
	p := plugintest.Start(t, notes, plugintest.Options{Env: map[string]string{"NOTES_TOKEN": token}}).Open("notes", nil)
	for at, c := range map[string]plugintest.Config{
		"url":   {"url": "http://plain"},
		"label": {"url": "https://x", "label": "garden"},
		"name":  {"url": "https://x", "name": true},
		"lable": {"url": "https://x", "lable": "home"},
	} {
		if _, err := p.TryTarget("note", c, "s"); fault(t, err).Path.String() != at {
			t.Errorf("%s: fault at %q: %v", at, fault(t, err).Path, err)
		}
	}
}

// TestAddressesCannotBeMistaken names two places that a plain join would take for one.
func TestAddressesCannotBeMistaken(t *testing.T) {
	p := plugintest.Start(t, notes, plugintest.Options{Store: newServer(), Env: map[string]string{"NOTES_TOKEN": token}}).Open("notes", nil)
	a := p.Target("note", plugintest.Config{"url": "https://x#a", "name": "b"}, "s")
	b := p.Target("note", plugintest.Config{"url": "https://x", "name": "a#b"}, "s")
	if a.Address == b.Address || a.Address != "https://x%23a#b" {
		t.Errorf("%q and %q", a.Address, b.Address)
	}
}

func TestGeneratorsMakeAndRefuse(t *testing.T) {
	p := plugintest.Start(t, pins, plugintest.Options{})
	a, err := p.Generate("pin", plugintest.Config{"digits": 12})
	b, _ := p.Generate("pin", plugintest.Config{"digits": 12})
	if err != nil || a.Scalar().Len() != 12 || a.Equal(b) {
		t.Errorf("%d digits, %v", a.Scalar().Len(), err)
	}
	if bits, err := p.CheckGenerator("pin", plugintest.Config{"digits": 4}); err != nil || int(bits) != 13 {
		t.Errorf("%v bits, %v", bits, err)
	}
	if _, err := p.Generate("pin", plugintest.Config{"digits": 0}); fault(t, err).Path.String() != "digits" {
		t.Error(err)
	}
}

func TestRedirectsStayWithTheHost(t *testing.T) {
	away := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "elsewhere.example" {
			t.Error("the request went elsewhere")
		}
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
	})
	p := plugintest.Start(t, notes, plugintest.Options{Store: away, Env: map[string]string{"NOTES_TOKEN": token}}).Open("notes", nil)
	_, _ = p.Target("note", plugintest.Config{"url": "https://notes.example"}, "db").Inspect()
}
