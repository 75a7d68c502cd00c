package wire

import (
	"context"
	"errors"
	"io"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// Need is something that a Secretfile has to do at a place.
type Need int

// The needs, with the numbers that they have on the wire.
const (
	NeedInspect Need = iota + 1
	NeedRead
	NeedWrite
	NeedUpdate
	NeedDelete
)

// DiagnoseItem is one place and what has to be done there.
type DiagnoseItem struct {
	Target TargetRef
	Needs  []Need
}

// FindingOutcome is what became of one step of a diagnosis.
type FindingOutcome int

// The outcomes, with the numbers that they have on the wire. The zero outcome counts
// as Skipped.
const (
	Passed FindingOutcome = iota + 1
	FindingFailed
	Inferred // it was not tried, and what was tried speaks for it
	Skipped
	Warned // it does not work, and applies do not need it
)

// Finding is one thing that a diagnosis found out. It never holds a credential or a
// value.
type Finding struct {
	Subject  string // what was looked at, such as the host of a vault
	Step     string
	Outcome  FindingOutcome
	Detail   string
	Hint     string
	Commands []string // each ready to be pasted into a shell
}

// maxFindings bounds what one diagnosis may say.
const maxFindings = 10_000

// Diagnose finds out what stands in the way of using places, and reports it as it is
// found. It changes nothing.
func (c *Client) Diagnose(ctx context.Context, items []DiagnoseItem, report func(Finding)) error {
	return c.diagnose(ctx, items, false, report)
}

// Diagnose finds out what [Client.Diagnose] does, and may store something of the
// plugin's own for that, which it removes.
func (c *Changer) Diagnose(ctx context.Context, items []DiagnoseItem, report func(Finding)) error {
	return c.client.diagnose(ctx, items, true, report)
}

func (c *Client) diagnose(ctx context.Context, items []DiagnoseItem, probe bool, report func(Finding)) error {
	const call = "Targets.Diagnose"
	request := &pb.TargetsDiagnoseRequest{ProbeWrite: probe}
	for _, i := range items {
		item := &pb.TargetDiagnoseItem{Target: targetToPB(i.Target)}
		for _, n := range i.Needs {
			item.Needs = append(item.Needs, pb.Need(n))
		}
		request.Items = append(request.Items, item)
	}
	stream, err := c.targets.Diagnose(ctx, request)
	if err != nil {
		return callError(call, err)
	}
	for range maxFindings {
		f, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return callError(call, err)
		}
		report(findingFromPB(f))
	}
	return &CallError{Call: call, Text: "the findings do not end"}
}

func findingFromPB(f *pb.TargetsDiagnoseResponse) Finding {
	out := Finding{
		Subject: clip(f.GetSubject()), Step: clip(f.GetStep()), Outcome: FindingOutcome(f.GetOutcome()), Detail: f.GetDetail(), Hint: f.GetHint(),
	}
	out.Commands = f.GetCommands()[:min(len(f.GetCommands()), maxDiagnostics)]
	return out
}

func findingToPB(f Finding) *pb.TargetsDiagnoseResponse {
	return &pb.TargetsDiagnoseResponse{
		Subject: f.Subject, Step: f.Step, Outcome: pb.FindingOutcome(f.Outcome), Detail: f.Detail, Hint: f.Hint, Commands: f.Commands,
	}
}

func diagnoseItemsFromPB(list []*pb.TargetDiagnoseItem) []DiagnoseItem {
	out := make([]DiagnoseItem, len(list))
	for i, item := range list {
		out[i].Target = targetFromPB(item.GetTarget())
		for _, n := range item.GetNeeds() {
			out[i].Needs = append(out[i].Needs, Need(n))
		}
	}
	return out
}
