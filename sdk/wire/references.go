package wire

import (
	"context"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// ReferenceItem is one place that a consumer reads.
type ReferenceItem struct {
	Target TargetRef
	Secret string // the secret's name, to name settings after
	Field  string // set when the target receives one field
}

// References is the text with which a consumer reads secrets. It names them and holds
// none.
type References struct {
	Text         string
	Usage        string   // one line that says what to do with it
	Placeholders []string // the words in Text that a person has to replace
}

// maxReferences bounds the text for one consumer, which has a few lines for each
// secret.
const maxReferences = 4 << 20

// References writes the text with which a consumer reads items of one kind.
func (c *Client) References(ctx context.Context, items []ReferenceItem, consumer, project string) (References, []Diagnostic, error) {
	const call = "Targets.References"
	request := &pb.TargetsReferencesRequest{Consumer: consumer, Project: project}
	for _, i := range items {
		request.Items = append(request.Items, &pb.TargetReferenceItem{Target: targetToPB(i.Target), Secret: i.Secret, Field: i.Field})
	}
	answer, err := c.targets.References(ctx, request)
	if err != nil {
		return References{}, nil, callError(call, err)
	}
	if len(answer.GetText()) > maxReferences {
		return References{}, nil, &CallError{Call: call, Text: "the text is too long"}
	}
	out := References{Text: answer.GetText(), Usage: clip(answer.GetUsage())}
	for _, p := range answer.GetPlaceholders()[:min(len(answer.GetPlaceholders()), maxDiagnostics)] {
		out.Placeholders = append(out.Placeholders, clip(p))
	}
	return out, diagnosticsFromPB(answer.GetDiagnostics()), nil
}

// References answers with the text of a consumer.
func (s targetsServer) References(ctx context.Context, request *pb.TargetsReferencesRequest) (*pb.TargetsReferencesResponse, error) {
	items := make([]ReferenceItem, len(request.GetItems()))
	for i, item := range request.GetItems() {
		items[i] = ReferenceItem{targetFromPB(item.GetTarget()), item.GetSecret(), item.GetField()}
	}
	r, diagnostics := s.handler.References(ctx, items, request.GetConsumer(), request.GetProject())
	return &pb.TargetsReferencesResponse{Text: r.Text, Usage: r.Usage, Placeholders: r.Placeholders, Diagnostics: diagnosticsToPB(diagnostics)}, nil
}
