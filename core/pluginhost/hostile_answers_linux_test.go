package pluginhost

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// misbehaviour is a plugin that is honest but for one call.
type misbehaviour struct {
	call    string // such as Targets.Check
	answers []string
	leave   func(*grpc.Server) // in place of answering
	want    string
}

// misbehaviours are plugins by the name of their binary.
var misbehaviours = map[string]misbehaviour{
	"check-none":        {call: "Targets.Check", answers: []string{``}, want: "answered 0 of 1 items"},
	"check-more":        {call: "Targets.Check", answers: []string{`results { address: "a" } results { address: "b" }`}, want: "answered 2 of 1 items"},
	"check-nowhere":     {call: "Targets.Check", answers: []string{`results { }`}, want: "an address that is empty, too long or not printable"},
	"check-escapes":     {call: "Targets.Check", answers: []string{`results { address: "a\x1b[2J" }`}, want: "an address that is empty, too long or not printable"},
	"check-nul":         {call: "Targets.Check", answers: []string{`results { address: "a\000b" }`}, want: "an address that is empty, too long or not printable"},
	"check-lines":       {call: "Targets.Check", answers: []string{`results { address: "a\nb" }`}, want: "an address that is empty, too long or not printable"},
	"check-claims":      {call: "Targets.Check", answers: []string{`results { address: "a" claims: "\x07" }`}, want: "an address that is empty, too long or not printable"},
	"check-burst":       {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s" burst: 4294967295 per_second: 1 } }`}, want: "a limit that is none: 4294967295 at once"},
	"check-in-flight":   {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s" in_flight: 4294967295 } }`}, want: "a limit that is none"},
	"check-never":       {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s" per_second: 1e-300 } }`}, want: "a limit that is none"},
	"check-negative":    {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s" per_second: -1 } }`}, want: "answered with per_second -1, which means nothing"},
	"check-no-number":   {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s" per_second: nan } }`}, want: "answered with per_second NaN"},
	"check-scope":       {call: "Targets.Check", answers: []string{`results { address: "a" throttle { scope: "s\x1b" } }`}, want: "whose scope is too long or not printable"},
	"check-severity":    {call: "Targets.Check", answers: []string{`results { address: "a" diagnostics { severity: 77 } }`}, want: "answered with severity 77"},
	"check-later":       {call: "Targets.Check", answers: []string{`results { diagnostics { retry_after { seconds: -5 } } }`}, want: "answered with retry_after, a duration that there is not"},
	"values-bits":       {call: "Generators.Check", answers: []string{`results { entropy_bits: inf }`}, want: "answered with entropy_bits +Inf"},
	"open-claims":       {call: "Plugin.Open", answers: []string{strings.Repeat(`identity { name: "n" value: "v" }`, maxClaims+1)}, want: "it claimed 101 things"},
	"inspect-other":     {call: "Targets.Inspect", answers: []string{`index: 1 state { presence: 1 }`}, want: "answered item 1 of 1"},
	"inspect-endless":   {call: "Targets.Inspect", answers: []string{`state { presence: 1 }`, `state { presence: 2 }`, `state { presence: 1 }`}, want: "answered more than 2 times for 1 items"},
	"inspect-presence":  {call: "Targets.Inspect", answers: []string{`state { presence: 99 }`}, want: "answered with presence 99, which means nothing"},
	"inspect-match":     {call: "Targets.Inspect", answers: []string{`state { presence: 2 receipt_match: 9 }`}, want: "answered with receipt_match 9"},
	"inspect-time":      {call: "Targets.Inspect", answers: []string{`state { presence: 2 store_time { seconds: 9000000000000000000 } }`}, want: "answered with store_time, a time that there is not"},
	"inspect-compared":  {call: "Targets.Inspect", answers: []string{`state { presence: 2 comparison: "12345678901234567890123456789012" }`}, want: "a comparison that nobody asked for"},
	"inspect-a-value":   {call: "Targets.Inspect", answers: []string{`state { presence: 2 comparison: "hunter2" }`}, want: "a comparison that is none"},
	"inspect-fields":    {call: "Targets.Inspect", answers: []string{`state { presence: 2 field_comparisons { key: "f" value: "12345678901234567890123456789012" } }`}, want: "a comparison that nobody asked for"},
	"inspect-receipt":   {call: "Targets.Inspect", answers: []string{`state { presence: 2 receipt { revision: "r" data { key: "k" value: "` + strings.Repeat("x", 1<<20) + `" } } }`}, want: "a receipt of 1048577 bytes"},
	"inspect-revision":  {call: "Targets.Inspect", answers: []string{`state { presence: 2 receipt { revision: "../../x" } }`}, want: "a receipt whose revision does not match"},
	"inspect-mark":      {call: "Targets.Inspect", answers: []string{`state { presence: 2 mark { owner: "` + strings.Repeat("x", 1<<20) + `" } }`}, want: "a mark with a text of more than 4096 bytes"},
	"inspect-keys":      {call: "Targets.Inspect", answers: []string{`state { presence: 2 ` + strings.Repeat(`metadata_differs: "k" `, maxNames+1) + `}`}, want: "1001 keys that differ"},
	"inspect-key":       {call: "Targets.Inspect", answers: []string{`state { presence: 2 metadata_differs: "\x1b" }`}, want: "a key that differs whose name is too long or not printable"},
	"versions-revision": {call: "Targets.Versions", answers: []string{`versions { revision: "\x1b[1m" }`}, want: "a version whose revision does not match"},
	"versions-time":     {call: "Targets.Versions", answers: []string{`versions { revision: "1" created { nanos: -1 } }`}, want: "answered with created, a time that there is not"},
	"generate-none":     {call: "Generators.Generate", answers: []string{``}, want: "answered 0 of 1 items"},
	"generate-more":     {call: "Generators.Generate", answers: []string{strings.Repeat(`results { payload { scalar { type: 1 data: "a" } } }`, 300)}, want: "answered 300 of 1 items"},
	"generate-nothing":  {call: "Generators.Generate", answers: []string{`results { }`}, want: "neither a value nor an error"},
	"generate-formless": {call: "Generators.Generate", answers: []string{`results { payload { } }`}, want: "a value without a form"},
	"generate-both":     {call: "Generators.Generate", answers: []string{`results { payload { scalar { type: 1 data: "a" } } diagnostics { summary: "no" } }`}, want: "a value and an error"},
	"generate-type":     {call: "Generators.Generate", answers: []string{`results { payload { scalar { type: 42 data: "a" } } }`}, want: "answered with type 42"},
	"generate-number":   {call: "Generators.Generate", answers: []string{`results { payload { scalar { type: SCALAR_TYPE_NUMBER data: "1, \"admin\": true" } } }`}, want: "a value that is no SCALAR_TYPE_NUMBER"},
	"generate-bool":     {call: "Generators.Generate", answers: []string{`results { payload { scalar { type: SCALAR_TYPE_BOOL data: "maybe" } } }`}, want: "a value that is no SCALAR_TYPE_BOOL"},
	"generate-twice":    {call: "Generators.Generate", answers: []string{`results { payload { object { ` + strings.Repeat(`fields { name: "a" payload { scalar { type: 1 } } } `, 2) + `} } }`}, want: "whose fields have no names of their own"},
	"generate-large":    {call: "Generators.Generate", answers: []string{`results { payload { scalar { type: 1 data: "` + strings.Repeat("x", 1<<20+1) + `" } } }`}, want: "a value of more than 1048576 bytes"},
	"generate-deep":     {call: "Generators.Generate", answers: []string{`results { payload { ` + strings.Repeat(`list { items { `, 17) + `scalar { type: 1 }` + strings.Repeat(`} }`, 17) + ` } }`}, want: "a value of more than 16 levels"},
	"generate-abyss":    {call: "Generators.Generate", answers: []string{`results { payload { ` + strings.Repeat(`list { items { `, 1000) + strings.Repeat(`} }`, 1000) + ` } }`}, want: "nested more than 64 deep"},
	"generate-object":   {call: "Generators.Generate", answers: []string{`results { payload { object { fields { name: "a" payload { scalar { type: 1 } } } } } }`}, want: "it made object where a single value was promised"},
	"read-nothing":      {call: "Targets.Read", answers: []string{``}, want: "neither a value nor an error"},
	"read-both":         {call: "Targets.Read", answers: []string{`payload { scalar { type: 1 data: "a" } } diagnostics { summary: "no" }`}, want: "a value and an error"},
	"read-receipt":      {call: "Targets.Read", answers: []string{`payload { scalar { type: 1 data: "a" } } receipt { revision: " " }`}, want: "a receipt whose revision does not match"},
	"write-outcome":     {call: "Targets.Write", answers: []string{`item: 1 outcome: 99`}, want: "answered with outcome 99"},
	"write-no-receipt":  {call: "Targets.Write", answers: []string{`item: 1 outcome: WRITE_OUTCOME_APPLIED`}, want: "answered no receipt for it"},
	"write-receipt":     {call: "Targets.Write", answers: []string{`item: 1 outcome: WRITE_OUTCOME_APPLIED receipt { revision: "r" data { key: "k" value: "` + strings.Repeat("x", 3<<20) + `" } }`}, want: "a receipt of 3145729 bytes"},
	"write-revision":    {call: "Targets.Write", answers: []string{`item: 1 outcome: WRITE_OUTCOME_APPLIED receipt { revision: "` + strings.Repeat("r", 129) + `" }`}, want: "a receipt whose revision does not match"},
	"write-time":        {call: "Targets.Write", answers: []string{`item: 1 outcome: WRITE_OUTCOME_NOT_APPLIED retry_at { seconds: -9000000000000000000 }`}, want: "answered with retry_at, a time that there is not"},
	"write-no-item":     {call: "Targets.Write", answers: []string{`outcome: WRITE_OUTCOME_APPLIED receipt { revision: "1" }`}, want: "answered item 0, which was never sent"},
	"write-other-item":  {call: "Targets.Write", answers: []string{`item: 7 outcome: WRITE_OUTCOME_APPLIED receipt { revision: "1" }`}, want: "answered item 7, which was never sent"},
	"write-item-twice":  {call: "Targets.Write", answers: []string{`item: 1 outcome: WRITE_OUTCOME_APPLIED receipt { revision: "1" }`, `item: 1 outcome: WRITE_OUTCOME_APPLIED receipt { revision: "2" }`}, want: "answered item 1 twice"},
	"write-nothing":     {call: "Targets.Write", answers: []string{}, want: "no answer within the deadline"},
	"write-progress":    {call: "Targets.Write", answers: []string{`progress { item: 1 doing: "x\x1b" done: 4294967295 }`, `progress { item: 9 }`}, want: "no answer within the deadline"},
	"update-receipt":    {call: "Targets.Update", answers: []string{`outcome: WRITE_OUTCOME_APPLIED receipt { revision: "\n" }`}, want: "a receipt whose revision does not match"},
	"update-outcome":    {call: "Targets.Update", answers: []string{`outcome: -1`}, want: "answered with outcome -1"},
	"retire-outcome":    {call: "Targets.Retire", answers: []string{`outcome: 5`}, want: "answered with outcome 5"},
}

// Each call meets a plugin whose process ends in the middle of it, and one that closes
// its socket and lives on.
func init() {
	for _, call := range []string{
		"Plugin.Open", "Targets.Check", "Targets.Inspect", "Targets.Versions", "Targets.Read", "Targets.Write", "Targets.Update", "Targets.Retire",
		"Generators.Check", "Generators.Generate", "Plugin.Begin",
	} {
		name := strings.ToLower(strings.ReplaceAll(call, ".", "-"))
		misbehaviours["ends-in-"+name] = misbehaviour{call: call, want: "it ended (exit status 9)", leave: func(*grpc.Server) { os.Exit(9) }}
		misbehaviours["hangs-up-in-"+name] = misbehaviour{call: call, want: "it closed the connection", leave: func(s *grpc.Server) { go s.Stop(); wait() }}
	}
	for name, m := range misbehaviours {
		roles[name] = func() { m.serve(name) }
	}
}

// serve is the plugin.
func (m misbehaviour) serve(name string) {
	var server *grpc.Server
	var left atomic.Bool
	mine := func(method string) bool { return method == "/sz.plugin.v1."+strings.Replace(m.call, ".", "/", 1) }
	serveBy(func(options []grpc.ServerOption) *grpc.Server {
		server = wire.NewServer(sdk.NewHandler(honest(name)), append(options,
			grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
				switch {
				case !mine(info.FullMethod):
					return handle(ctx, request)
				case m.leave != nil:
					left.Store(true)
					m.leave(server)
				}
				return m.answer(0), nil
			}),
			grpc.ChainStreamInterceptor(func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
				if !mine(info.FullMethod) {
					return handle(service, stream)
				}
				if err := stream.RecvMsg(newMessage(m.call, "Request")); err != nil {
					return err
				}
				if m.leave != nil {
					left.Store(true)
					m.leave(server)
				}
				for i := range m.answers {
					if err := stream.SendMsg(m.answer(i)); err != nil {
						return err
					}
				}
				if info.IsClientStream {
					<-stream.Context().Done()
				}
				return nil
			}))...)
		return server
	})
	if left.Load() {
		wait()
	}
}

func (m misbehaviour) answer(n int) proto.Message {
	answer := newMessage(m.call, "Response")
	if err := prototext.Unmarshal([]byte(m.answers[n]), answer); err != nil {
		panic(err)
	}
	return answer
}

// newMessage is an empty message of the contract, by its name: its Go type belongs to
// the SDK.
func newMessage(call, what string) proto.Message {
	name := strings.Replace(strings.TrimPrefix(call, "Plugin."), ".", "", 1) + what
	found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("sz.plugin.v1." + name))
	if err != nil {
		panic(err)
	}
	return found.New().Interface()
}

// TestHostRefusesAnyAnswer meets every misbehaviour as a run does.
func TestHostRefusesAnyAnswer(t *testing.T) {
	ignored := []goleak.Option{goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction(forkThread)}
	survive(t, "silent")
	before := descriptors()
	var group sync.WaitGroup
	slots := make(chan struct{}, 4)
	for role, m := range misbehaviours {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			withPlugin(t, role, Options{Progress: func(string, Progress) {}}, func(ctx context.Context, h *Host) {
				most := time.Minute // for a host that lets something pass
				if strings.Contains(m.want, "deadline") {
					most = 3 * time.Second
				}
				ctx, cancel := context.WithTimeout(ctx, most)
				defer cancel()
				refuses(t, role, provoke(ctx, h, role, m.call), m.want)
			})
		})
	}
	group.Wait()
	goleak.VerifyNone(t, ignored...)
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors are open, %d were", after, before)
	}
}

// provoke makes the calls that lead to one, and that one, of which it has the error. A
// write comes twice: what is wrong with the first answer may come after it.
func provoke(ctx context.Context, h *Host, name, call string) error {
	c, err := h.Catalog(ctx)
	if err != nil {
		return fmt.Errorf("before %s: %w", call, err)
	}
	plugin := c.Plugins[0]
	if strings.HasPrefix(call, "Generators.") {
		return generate(ctx, h, plugin, call)
	}
	i, found, err := h.OpenProvider(ctx, ProviderSpec{Plugin: plugin, Alias: "a", Kind: name, Granted: grant.Set{}})
	if err != nil || Failed(found) {
		return err
	}
	ref := TargetRef{Kind: "spot", Address: "a"}
	switch call {
	case "Targets.Check":
		_, err = i.CheckTargets(ctx, spot("a"))
		return err
	case "Targets.Inspect":
		_, err = i.Inspect(ctx, []InspectItem{{Target: ref}}, nil)
		return err
	case "Targets.Versions":
		_, _, err = i.Versions(ctx, ref)
		return err
	}
	w, err := i.Begin(ctx, "plan")
	if err != nil {
		return err
	}
	defer w.Close()
	switch call {
	case "Targets.Read":
		_, _, err = w.Read(ctx, ReadItem{Target: ref, Reason: ReadForCopy})
	case "Targets.Update":
		_, err = w.Update(ctx, UpdateItem{Target: ref})
	case "Targets.Retire":
		_, err = w.Retire(ctx, RetireItem{Target: ref, Mode: RetireDelete})
	case "Targets.Write":
		for n := 0; n < 2 && err == nil; n++ {
			var result WriteResult
			result, err = w.Write(ctx, WriteItem{Target: ref, Payload: secret.NewText(secret.FromString("v")), Expect: Expectation{Absent: true}})
			if err != nil && (result.Outcome == Applied || result.Outcome == Unchanged) {
				err = fmt.Errorf("an outcome beside the error %w", err)
			}
		}
	}
	return err
}

func generate(ctx context.Context, h *Host, plugin Served, call string) error {
	i, err := h.OpenGenerators(ctx, plugin)
	if err != nil {
		return err
	}
	items := []GeneratorItem{{Kind: plugin.Generators[0].Kind, Config: schema.NewMap(nil)}}
	if call == "Generators.Check" {
		_, err = i.CheckGenerators(ctx, items)
		return err
	}
	w, err := i.Begin(ctx, "plan")
	if err != nil {
		return err
	}
	defer w.Close()
	_, err = w.Generate(ctx, items)
	return err
}
