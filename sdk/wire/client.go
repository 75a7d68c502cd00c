package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
	"github.com/secretzero/sz/sdk/schema"
)

// CallError is a call that failed as a call: the plugin crashed, hung, refused
// or answered nonsense. What is wrong with a secret comes as diagnostics instead.
type CallError struct {
	Call    string // such as Targets.Write
	Gone    bool   // the process or its connection ended
	Timeout bool   // the deadline passed
	Text    string // as long as it came, and not masked
}

// Error is the call and what happened, without gRPC's own wording.
func (e *CallError) Error() string { return e.Call + ": " + e.Text }

func callError(call string, err error) error {
	if err == nil {
		return nil
	}
	s, _ := status.FromError(err)
	e := &CallError{Call: call, Text: s.Message()}
	switch s.Code() {
	case codes.Unavailable, codes.Aborted:
		e.Gone = true
	case codes.DeadlineExceeded:
		e.Timeout, e.Text = true, "no answer within the deadline"
	case codes.Canceled:
		return fmt.Errorf("%s: %w", call, context.Canceled)
	}
	if errors.Is(err, io.EOF) {
		e.Gone, e.Text = true, "the plugin closed the connection"
	}
	return e
}

// maxPauses is how many pauses a plugin may tell of in one call.
const maxPauses = 1000

// Client is the host's end of a conversation. It can look but not change:
// generating and writing take the [Changer] that [Client.Begin] returns. Safe
// for concurrent use. Every method returns a [*CallError] when the call failed.
type Client struct {
	conn       grpc.ClientConnInterface
	plugin     pb.PluginClient
	generators pb.GeneratorsClient
	targets    pb.TargetsClient
}

// NewClient speaks over an established connection.
func NewClient(conn grpc.ClientConnInterface) *Client {
	checked := soundConn{conn}
	return &Client{conn, pb.NewPluginClient(checked), pb.NewGeneratorsClient(checked), pb.NewTargetsClient(checked)}
}

// Conn is the connection itself, for tests of plugins, which say what no host would.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Describe asks the plugin what it is.
func (c *Client) Describe(ctx context.Context) (Description, error) {
	answer, err := c.plugin.Describe(ctx, &pb.DescribeRequest{})
	if err != nil {
		return Description{}, callError("Plugin.Describe", err)
	}
	return descriptionFromPB(answer), nil
}

// Open configures the provider instance of the process.
func (c *Client) Open(ctx context.Context, request OpenRequest) ([]Claim, []Diagnostic, error) {
	answer, err := c.plugin.Open(ctx, openToPB(request))
	if err != nil {
		return nil, nil, callError("Plugin.Open", err)
	}
	var claims []Claim
	for _, claim := range answer.GetIdentity() {
		claims = append(claims, Claim{clip(claim.GetName()), clip(claim.GetValue())})
	}
	return claims, diagnosticsFromPB(answer.GetDiagnostics()), nil
}

// Drain ends the session after at most grace.
func (c *Client) Drain(ctx context.Context, grace time.Duration) error {
	_, err := c.plugin.Drain(ctx, &pb.DrainRequest{Grace: durationpb.New(grace)})
	return callError("Plugin.Drain", err)
}

// CheckGenerators finds what the schemas cannot say. It answers every item.
func (c *Client) CheckGenerators(ctx context.Context, items []GeneratorItem) ([]GeneratorCheck, error) {
	const call = "Generators.Check"
	answer, err := c.generators.Check(ctx, &pb.GeneratorsCheckRequest{Items: generatorItemsToPB(items)})
	if err != nil {
		return nil, callError(call, err)
	}
	if err := sameCount(call, len(items), len(answer.GetResults())); err != nil {
		return nil, err
	}
	out := make([]GeneratorCheck, len(items))
	for i, r := range answer.GetResults() {
		out[i] = GeneratorCheck{diagnosticsFromPB(r.GetDiagnostics()), r.GetEntropyBits()}
	}
	return out, nil
}

// CheckTargets finds the canonical address of every item.
func (c *Client) CheckTargets(ctx context.Context, items []CheckItem) ([]CheckResult, error) {
	const call = "Targets.Check"
	request := &pb.TargetsCheckRequest{}
	for _, i := range items {
		request.Items = append(request.Items, checkItemToPB(i))
	}
	answer, err := c.targets.Check(ctx, request)
	if err != nil {
		return nil, callError(call, err)
	}
	if err := sameCount(call, len(items), len(answer.GetResults())); err != nil {
		return nil, err
	}
	out := make([]CheckResult, len(items))
	for i, r := range answer.GetResults() {
		out[i] = checkResultFromPB(r)
	}
	return out, nil
}

// Inspect looks at every item and answers in their order; an item that the
// plugin did not answer has the zero State, which counts as unknown. [WithWaiting] hears
// of pauses.
func (c *Client) Inspect(ctx context.Context, items []InspectItem, challengeKey []byte) ([]State, error) {
	const call = "Targets.Inspect"
	waiting := waitingOf(ctx)
	request := &pb.TargetsInspectRequest{ChallengeKey: challengeKey, Waiting: waiting != nil}
	for _, i := range items {
		request.Items = append(request.Items, inspectItemToPB(i))
	}
	stream, err := c.targets.Inspect(ctx, request)
	if err != nil {
		return nil, callError(call, err)
	}
	out := make([]State, len(items))
	for answers, pauses := 0, 0; ; answers++ {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, callError(call, err)
		}
		if w := answer.GetWaiting(); w != nil && waiting != nil {
			if pauses++; pauses > maxPauses {
				return out, &CallError{Call: call, Text: fmt.Sprintf("told of more than %d pauses", maxPauses)}
			}
			waiting(Waiting{clip(w.GetScope()), w.GetPause().AsDuration()})
			answers--
			continue
		}
		// Twice for each is what an honest plugin may need, whose inspection fails in the
		// middle; a stream without end is none.
		if answers >= 2*len(items) {
			return out, &CallError{Call: call, Text: fmt.Sprintf("answered more than %d times for %d items", answers, len(items))}
		}
		if int(answer.GetIndex()) >= len(items) {
			return out, &CallError{Call: call, Text: fmt.Sprintf("answered item %d of %d", answer.GetIndex(), len(items))}
		}
		out[answer.GetIndex()] = stateFromPB(answer.GetState())
	}
}

// Versions lists the versions at a place, newest first.
func (c *Client) Versions(ctx context.Context, target TargetRef) ([]Version, []Diagnostic, error) {
	answer, err := c.targets.Versions(ctx, &pb.TargetsVersionsRequest{Target: targetToPB(target)})
	if err != nil {
		return nil, nil, callError("Targets.Versions", err)
	}
	var out []Version
	for _, v := range answer.GetVersions() {
		out = append(out, versionFromPB(v))
	}
	return out, diagnosticsFromPB(answer.GetDiagnostics()), nil
}

// Begin permits changes for one approved plan and returns the means to make them.
func (c *Client) Begin(ctx context.Context, planID string) (*Changer, error) {
	if _, err := c.plugin.Begin(ctx, &pb.BeginRequest{PlanId: planID}); err != nil {
		return nil, callError("Plugin.Begin", err)
	}
	return &Changer{client: c}, nil
}

func generatorItemsToPB(items []GeneratorItem) []*pb.GeneratorItem {
	out := make([]*pb.GeneratorItem, len(items))
	for i, item := range items {
		config, secrets := splitSensitive(schema.Path{}, item.Config)
		out[i] = &pb.GeneratorItem{Kind: item.Kind, Config: valueToPB(config), Secrets: secrets}
		for _, f := range item.Files {
			out[i].Files = append(out[i].Files, &pb.ProjectFile{Path: f.Path, Data: f.Data})
		}
	}
	return out
}

func sameCount(call string, asked, answered int) error {
	if asked != answered {
		return &CallError{Call: call, Text: fmt.Sprintf("answered %d of %d items", answered, asked)}
	}
	return nil
}
