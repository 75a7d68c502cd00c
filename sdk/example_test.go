package sdk_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// pinConfig is a generator's configuration: the host checks digits before the plugin
// is started.
type pinConfig struct {
	Digits int `sz:"digits" default:"6" min:"1" max:"32" doc:"how many digits"`
}

func makePin(_ context.Context, c pinConfig) (secret.Payload, error) {
	digits := make([]byte, c.Digits)
	for i := range digits {
		n, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			return secret.Payload{}, err
		}
		digits[i] = '0' + byte(n.Int64())
	}
	return secret.NewText(secret.New(digits)), nil
}

var pins = sdk.Plugin{
	Name: "pins", Version: "0.1.0", Summary: "numbers to type",
	Generators: []sdk.Generator{sdk.GeneratorOf[pinConfig]{
		Kind: "pin", Summary: "decimal digits", Generate: makePin,
		Check: func(c pinConfig) (float64, error) { return float64(c.Digits) * math.Log2(10), nil },
	}},
}

// What would be dangerous in a repository's hands only the user allows, in a
// configuration of their own:
//
//	allow "boxes" {
//	  regions = ["moon"]
//	}
func ExampleAllowance() {
	type config struct {
		Region string `sz:"region" default:"earth" network:"to store boxes there" doc:"where the boxes are"`
	}
	regions := sdk.Allowance{Name: "regions", Summary: "regions that are far away", Settings: []string{"region"}}
	provider := sdk.ProviderOf[config, string]{
		Kind: "boxes", Summary: "boxes", Allowances: []sdk.Allowance{regions},
		Open: func(_ context.Context, c config, info sdk.OpenInfo) (string, []sdk.Claim, error) {
			if c.Region != "earth" && !regions.Allows(info, c.Region) {
				return "", nil, &sdk.Error{Class: sdk.InvalidConfig, Code: "far-region", Summary: "region " + c.Region + " is far away", Hint: regions.Hint("boxes", c.Region)}
			}
			return c.Region, nil, nil
		},
	}
	_, _, err := provider.Open(context.Background(), config{Region: "moon"}, sdk.OpenInfo{})
	fmt.Println(err)
	region, _, err := provider.Open(context.Background(), config{Region: "moon"}, sdk.OpenInfo{Allowed: map[string][]string{"regions": {"moon"}}})
	fmt.Println(region, err)
	// Output:
	// region moon is far away; only you can allow that, in your own ~/.config/sz/config.hcl: allow "boxes" { regions = ["moon"] }
	// moon <nil>
}

// A generator is a configuration and a function that makes a value.
func ExampleGeneratorOf() {
	plugin := sdk.Plugin{
		Name: "pins", Version: "0.1.0", Summary: "numbers to type",
		Generators: []sdk.Generator{sdk.GeneratorOf[pinConfig]{
			Kind: "pin", Summary: "decimal digits", Generate: makePin,
		}},
	}
	fmt.Println(sdk.NewHandler(plugin).Describe().Generators[0].Config.Attributes[0].Name)
	// Output: digits
}

// A setting that names a file of the project brings the file's content along. It asks
// for that by its tag, and for anything else in Permissions.
func ExampleProjectFile() {
	type config struct {
		Words sdk.ProjectFile `sz:"words,required" read:"to draw from them" doc:"a file with a word in each line"`
	}
	kind := sdk.GeneratorOf[config]{
		Kind: "word", Summary: "a word of a list", Permissions: []sdk.Permission{{Kind: sdk.Programs, Reason: "to shuffle them with shuf"}},
		Check: func(c config) (float64, error) {
			if !c.Words.Exists {
				return 0, &sdk.Error{Class: sdk.InvalidConfig, Code: "no-file", Summary: c.Words.Name + " is no file of the project", Hint: "write it beside the Secretfile"}
			}
			return math.Log2(float64(bytes.Count(c.Words.Data, []byte("\n")))), nil
		},
	}
	plugin := sdk.Plugin{Name: "words", Version: "0.1.0", Summary: "words", Generators: []sdk.Generator{kind}}
	for _, p := range sdk.NewHandler(plugin).Describe().Generators[0].Permissions {
		fmt.Println(p.Value, p.Reason)
	}
	// Output:
	// config.words to draw from them
	//  to shuffle them with shuf
}

// The main of a plugin calls Serve and nothing else.
func ExampleServe() {
	sdk.Serve(sdk.Plugin{
		Name: "pins", Version: "0.1.0", Summary: "numbers to type",
		Generators: []sdk.Generator{sdk.GeneratorOf[pinConfig]{Kind: "pin", Generate: makePin}},
	})
}

// A provider with an account; its session is what its targets share.
func ExampleProviderOf() {
	open := func(_ context.Context, a account, info sdk.OpenInfo) (session, []sdk.Claim, error) {
		if a.Token.Len() < 8 {
			return session{}, nil, sdk.Invalid("token", "the token is too short", "copy the whole of it from your account of "+info.Alias)
		}
		return session{a.Token}, []sdk.Claim{{Name: "server", Value: "notes.example"}}, nil
	}
	var provider sdk.Provider = sdk.ProviderOf[account, session]{
		Kind: "notes", Summary: "a server of notes",
		Open: open, Close: func(session) {},
		Permissions: []sdk.Permission{
			{Kind: sdk.Network, Value: "login.example:443", Reason: "to log in"},
			{Kind: sdk.ReadFile, Value: "/etc/notes.conf", Reason: "defaults of this machine"},
			{Kind: sdk.Execute, Value: "notes-login --print", WhenPath: "auth", WhenEquals: []string{"cli"}, Reason: "to log in"},
		},
		Targets: []sdk.TargetFor[session]{sdk.TargetOf[session, note]{Kind: "note", Write: writeNote}},
	}
	_ = provider
}

// Most permissions are asked for by the tags network, read, write and env of a
// configuration's fields; a list has the others. Asking for little is worth it: a
// person reads each line before the plugin may run.
func ExamplePermission() {
	for _, p := range []sdk.Permission{
		{Kind: sdk.Network, Value: "login.example:443", Reason: "to log in"},
		{Kind: sdk.NetworkFrom, Value: "config.url", Reason: "the tag network says the same"},
		{Kind: sdk.Environment, Value: "NOTES_TOKEN", Reason: "the tag env says the same"},
		{Kind: sdk.ReadFile, Value: "/etc/notes.conf", Reason: "defaults of this machine"},
		{Kind: sdk.ReadFrom, Value: "config.certificate", Reason: "the tag read says the same"},
		{Kind: sdk.WriteFrom, Value: "config.path", Reason: "the tag write says the same"},
		{Kind: sdk.Execute, Value: "notes-login --print", WhenPath: "auth.kind", WhenEquals: []string{"cli"}, Reason: "to log in"},
		{Kind: sdk.Identity, Value: "azure:https://vault.azure.net", Reason: "the identity of this machine"},
	} {
		fmt.Print(int(p.Kind), " ")
	}
	// Output: 1 2 3 4 7 5 6 8
}

// The smallest target is write-only: a function that stores a value. What it needs to
// reach, how its address is made and what its keys mean are in the tags of note.
func ExampleTargetOf() {
	store := func(ctx context.Context, _ sdk.None, w sdk.Write[note]) (sdk.WriteResult, error) {
		value, err := w.Payload.Flat()
		if err != nil {
			return sdk.WriteResult{Outcome: sdk.NotApplied}, err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, w.Config.URL+"/"+w.Config.Name, value.Reader())
		if err != nil {
			return sdk.WriteResult{Outcome: sdk.NotApplied}, err
		}
		response, err := sdk.HTTPClient(ctx).Do(request)
		if err != nil {
			return sdk.WriteResult{}, err // the SDK tells never sent from lost
		}
		defer func() { _ = response.Body.Close() }()
		return sdk.WriteResult{Outcome: sdk.Applied}, sdk.HTTPError(response)
	}
	fmt.Println(store != nil)
	// Output: true
}

// A Check says more than identity keys can: a canonical address, what else the target
// takes up, and how fast it may be written.
func ExampleWanted() {
	check := func(_ context.Context, _ session, w sdk.Wanted[note]) (sdk.Place, error) {
		return sdk.Place{
			Address:  w.Config.URL + "/" + w.Config.Name,
			Throttle: sdk.Throttle{Scope: w.Config.URL, Burst: 10, PerSecond: 2, InFlight: 4},
		}, nil
	}
	place, _ := check(context.Background(), session{}, sdk.Wanted[note]{Config: note{URL: "https://notes.example", Name: "db"}, Secret: "db"})
	fmt.Println(place.Address)
	// Output: https://notes.example/db
}

// Inspect tells what is there: here a value that carries a mark, another that does not,
// and one that is in the bin.
func ExampleInspection() {
	inspect := func(_ context.Context, _ session, i sdk.Inspection[note]) (sdk.State, error) {
		stored := map[string]string{"owner": "shop.1/-/db", "op": "1.20260101T000000Z.00112233445566778899", "rev": "7"}
		state := sdk.State{
			Presence: sdk.Present,
			Mark:     sdk.Mark{Owner: stored["owner"], Operation: stored["op"]},
			Receipt:  sdk.Receipt{Version: 1, Revision: stored["rev"]},
			Match:    sdk.CannotTell,
		}
		if !i.Receipt.IsZero() {
			state.Match = sdk.Differs
			if i.Receipt.Revision == stored["rev"] {
				state.Match = sdk.Matches
			}
		}
		if i.Challenge.Asked() {
			value := secret.FromString("what the store holds") // fetched only when asked
			i.Challenge.Answer(&state, value, func(string) (secret.Value, bool) { return secret.Value{}, false })
		}
		return state, nil
	}
	state, _ := inspect(context.Background(), session{}, sdk.Inspection[note]{Receipt: sdk.Receipt{Version: 1, Revision: "7"}})
	fmt.Println(state.Presence == sdk.Present, state.Match == sdk.Matches)
	// Output: true true
}

// What else a place can be.
func ExampleState() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range []sdk.State{
		{Presence: sdk.Absent},
		{Presence: sdk.Disabled},
		{Presence: sdk.Deleted, Deletion: sdk.Deletion{Recoverable: true, Purgeable: false, Until: now.AddDate(0, 0, 90)}},
		{Presence: sdk.Changing, RetryAt: now.Add(5 * time.Second)},
		{Presence: sdk.Unknown},
	} {
		fmt.Print(int(s.Presence), " ")
	}
	// Output: 1 3 4 5 6
}

// Write makes sure of what it was told to expect before it replaces anything.
func ExampleWrite() {
	write := func(_ context.Context, _ session, w sdk.Write[note]) (sdk.WriteResult, error) {
		present := sdk.Mark{Operation: "1.20260101T000000Z.00112233445566778899"}
		switch {
		case present.Operation == w.Mark.Operation:
			return sdk.WriteResult{Outcome: sdk.Unchanged, Receipt: sdk.Receipt{Version: 1, Revision: "7"}}, nil
		case w.Expect.Absent:
			return sdk.WriteResult{Outcome: sdk.NotApplied}, &sdk.Error{Class: sdk.Conflict, Code: "occupied", Summary: "there is a note already"}
		}
		if err := context.DeadlineExceeded; w.Expect.Recheck {
			return sdk.WriteResult{Outcome: sdk.OutcomeUnknown}, err // it may be stored, and may not
		}
		return sdk.WriteResult{Outcome: sdk.Applied, Receipt: sdk.Receipt{Version: 1, Revision: "8"}}, nil
	}
	result, err := write(context.Background(), session{}, sdk.Write[note]{Expect: sdk.Expectation{Absent: true}})
	fmt.Println(result.Outcome == sdk.NotApplied, err)
	// Output: true there is a note already
}

// Read gives out a value, with the mark that it carries.
func ExampleRead() {
	read := func(_ context.Context, _ session, r sdk.Read[note]) (sdk.ReadResult, error) {
		return sdk.ReadResult{Payload: secret.NewText(secret.FromString("s3cret")), Receipt: r.Receipt}, nil
	}
	result, _ := read(context.Background(), session{}, sdk.Read[note]{})
	fmt.Println(result.Payload)
	// Output: (sealed)
}

// Update changes the mark and the metadata, never the value.
func ExampleUpdate() {
	update := func(_ context.Context, _ session, u sdk.Update[note]) (sdk.WriteResult, error) {
		if u.Recover {
			return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unsupported, Code: "no-bin", Summary: "deleted notes are gone"}
		}
		return sdk.WriteResult{Outcome: sdk.Applied, Receipt: u.Expect}, nil
	}
	_, err := update(context.Background(), session{}, sdk.Update[note]{Recover: true})
	fmt.Println(err)
	// Output: deleted notes are gone
}

// Retire goes as far as it is told: a mode that the store does not know is refused.
func ExampleRetire() {
	retire := func(_ context.Context, _ session, r sdk.Retire[note]) (sdk.WriteResult, error) {
		switch r.Mode {
		case sdk.RetireDelete, sdk.RetirePurge:
			return sdk.WriteResult{Outcome: sdk.Applied}, nil
		case sdk.RetireDisable, sdk.RetireUnmark:
			return sdk.WriteResult{}, &sdk.Error{Class: sdk.Unsupported, Code: "delete-only", Summary: "notes can only be deleted"}
		}
		return sdk.WriteResult{Outcome: sdk.NotApplied}, nil
	}
	modes := []sdk.RetireMode{sdk.RetireDelete}
	result, _ := retire(context.Background(), session{}, sdk.Retire[note]{Mode: modes[0]})
	fmt.Println(result.Outcome == sdk.Applied)
	// Output: true
}

// Versions lists what a store keeps, newest first.
func ExampleVersion() {
	versions := func(context.Context, session, sdk.Target[note]) ([]sdk.Version, error) {
		return []sdk.Version{{Revision: "8", Enabled: true}, {Revision: "7"}}, nil
	}
	list, _ := versions(context.Background(), session{}, sdk.Target[note]{})
	fmt.Println(len(list))
	// Output: 2
}

// Diagnose is what `sz doctor` asks: each step that could stand in the way, once.
func ExampleDiagnosis() {
	steps := map[sdk.Need]string{
		sdk.NeedInspect: "list notes", sdk.NeedRead: "read notes", sdk.NeedWrite: "write notes",
		sdk.NeedUpdate: "label notes", sdk.NeedDelete: "delete notes",
	}
	diagnose := func(_ context.Context, _ session, d sdk.Diagnosis[note], report func(sdk.Finding)) error {
		outcomes := []sdk.FindingOutcome{sdk.Passed}
		report(sdk.Finding{Subject: "notes.example", Step: "log in", Outcome: outcomes[0]})
		for _, place := range d.Places {
			for _, need := range place.Needs {
				finding := sdk.Finding{Subject: place.Address, Step: steps[need], Outcome: sdk.Passed}
				switch {
				case need == sdk.NeedUpdate:
					finding.Outcome, finding.Detail = sdk.Warned, "the server has no labels"
				case need == sdk.NeedDelete:
					finding.Outcome, finding.Hint = sdk.FindingFailed, "ask for the right to delete"
				case need == sdk.NeedWrite && !d.ProbeWrite:
					finding.Outcome, finding.Detail = sdk.Inferred, "what may be read may be written there"
				case !place.Known:
					finding.Outcome = sdk.Skipped
				}
				report(finding)
			}
		}
		return nil
	}
	d := sdk.Diagnosis[note]{Places: []sdk.DiagnosedPlace[note]{{Needs: []sdk.Need{sdk.NeedWrite}}}}
	_ = diagnose(context.Background(), session{}, d, func(f sdk.Finding) { fmt.Println(f.Step, int(f.Outcome)) })
	// Output:
	// log in 1
	// write notes 3
}

// References is what `sz refs` asks: the text with which another program reads what
// is stored.
func ExampleReferences() {
	references := func(_ context.Context, _ session, r sdk.ReferenceRequest[note]) (sdk.References, error) {
		if r.Consumer != "shell" {
			return sdk.References{}, sdk.Invalid("", fmt.Sprintf("consumer %q is not known", r.Consumer), "there is shell")
		}
		text := sdk.References{Usage: "source it", Placeholders: []string{"SERVER"}}
		for _, place := range r.Places {
			text.Text += fmt.Sprintf("%s=$(curl https://SERVER/%s)\n", strings.ToUpper(place.Secret), place.Address)
		}
		return text, nil
	}
	place := sdk.ReferredPlace[note]{Target: sdk.Target[note]{Address: "notes/api"}, Secret: "api_key"}
	text, err := references(context.Background(), session{}, sdk.ReferenceRequest[note]{Places: []sdk.ReferredPlace[note]{place}, Consumer: "shell"})
	fmt.Print(text.Text, err, "\n")
	// Output:
	// API_KEY=$(curl https://SERVER/notes/api)
	// <nil>
}

// An error says what is wrong, where, and what to do.
func ExampleError() {
	err := errors.Join(
		sdk.Invalid("url", `"ftp://x" is no server of notes`, "name an https URL"),
		&sdk.Error{Class: sdk.Throttled, Code: "busy", Summary: "the server asks to wait", RetryAfter: 5 * time.Second},
	)
	fmt.Println(err)
	// Output:
	// "ftp://x" is no server of notes; name an https URL
	// the server asks to wait
}

// The class decides what sz does next, and with which code it exits.
func ExampleClass() {
	for _, class := range []sdk.Class{
		sdk.InvalidConfig, sdk.Authentication, sdk.Permissions, sdk.NotFound, sdk.Conflict,
		sdk.Throttled, sdk.Unavailable, sdk.Unsupported, sdk.Internal,
	} {
		fmt.Print(class, " ")
	}
	// Output: invalid-config authentication permission not-found conflict throttled unavailable unsupported internal
}

func ExampleHTTPClient() {
	fetch := func(ctx context.Context, url string) ([]byte, error) {
		response, err := sdk.HTTPClient(ctx).Get(url)
		if err != nil {
			return nil, err
		}
		defer func() { _ = response.Body.Close() }()
		if err := sdk.HTTPError(response); err != nil {
			return nil, err
		}
		return io.ReadAll(response.Body)
	}
	_ = fetch
}

// A library that brings a transport of its own is told of the sandbox.
func ExampleSandboxProxy() {
	client := &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyURL(sdk.SandboxProxy()),
		OnProxyConnectResponse: sdk.ProxyAnswer,
	}}
	_, err := client.Get("https://elsewhere.example")
	if refused, ok := errors.AsType[*sdk.NotGrantedError](err); ok {
		fmt.Println(refused.Host)
	}
	if blocked, ok := errors.AsType[*sdk.ProxyError](err); ok {
		fmt.Println("HTTPS_PROXY answered", blocked.Status)
	}
}

// A diagnosis tells how far the way to a host was found.
func ExampleWithRoute() {
	ctx := sdk.WithRoute(context.Background(), func(r sdk.Route) {
		fmt.Println(r.Addresses, r.Proxied, r.Connected)
	})
	_, _ = sdk.HTTPClient(ctx).Get("https://boxes.example")
}

// What is not HTTP is dialled, to a host that is granted like any other.
func ExampleDial() {
	reachable := func(ctx context.Context, address string) bool {
		conn, err := sdk.Dial(ctx, "tcp", address)
		return err == nil && conn.Close() == nil
	}
	_ = reachable
}

// Send is the shortest way to ask a store; Is tells one kind of refusal from another.
func ExampleSend() {
	get := func(ctx context.Context, n note, token secret.Value) (secret.Value, bool, error) {
		body, err := sdk.Send(ctx, http.MethodGet, n.URL+"/"+n.Name, secret.Value{}, "Authorization", "Bearer "+string(token.Expose()))
		if sdk.Is(err, sdk.NotFound) {
			return secret.Value{}, false, nil
		}
		return body, err == nil, err
	}
	_ = get
}

func ExampleHTTPError() {
	err := sdk.HTTPError(&http.Response{StatusCode: 403})
	fmt.Println(err)
	// Output: the store answered 403 Forbidden
}

// A store that throttles is left alone for as long as it wants, and the person who waits
// is told why.
func ExampleWaiting() {
	look := func(ctx context.Context, get func() error) error {
		for {
			err := get()
			busy, throttled := errors.AsType[*sdk.Error](err)
			if !throttled || busy.Class != sdk.Throttled {
				return err
			}
			sdk.Waiting(ctx, "boxes.example", busy.RetryAfter)
			if err := sdk.Sleep(ctx, busy.RetryAfter); err != nil {
				return err
			}
		}
	}
	fmt.Println(look(context.Background(), func() error { return nil }))
	// Output: <nil>
}

// A store that works in the background is asked again until it is done; the person
// who waits is told, and an interrupt ends the wait.
func ExampleSleep() {
	wait := func(ctx context.Context, done func() bool) error {
		deadline := sdk.Now(ctx).Add(time.Minute)
		for try := 1; !done(); try++ {
			if sdk.Now(ctx).After(deadline) {
				return &sdk.Error{Class: sdk.Unavailable, Code: "slow", Summary: "the server did not finish within a minute"}
			}
			sdk.Progress(ctx, "waiting for the server", try, 0)
			sdk.Log(ctx).Info("not done yet", slog.Int("try", try))
			if err := sdk.Sleep(ctx, 2*time.Second); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Println(wait(context.Background(), func() bool { return true }))
	// Output: <nil>
}
