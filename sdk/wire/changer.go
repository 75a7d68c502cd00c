package wire

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// Changer makes changes through a session that was begun. Safe for concurrent
// use. End it with [Changer.Close].
type Changer struct {
	client *Client

	opening sync.Mutex
	writes  *writeStream
}

// NewChanger makes changes without having begun, which a plugin must refuse. Only tests
// of that need it.
func NewChanger(c *Client) *Changer { return &Changer{client: c} }

// Generate makes values, [MaxBatch] at most, and answers every item.
func (c *Changer) Generate(ctx context.Context, items []GeneratorItem) ([]Generated, error) {
	const call = "Generators.Generate"
	answer, err := c.client.generators.Generate(ctx, &pb.GeneratorsGenerateRequest{Items: generatorItemsToPB(items)})
	if err != nil {
		return nil, callError(call, err)
	}
	if err := sameCount(call, len(items), len(answer.GetResults())); err != nil {
		return nil, err
	}
	out := make([]Generated, len(items))
	for i, r := range answer.GetResults() {
		found := diagnosticsFromPB(r.GetDiagnostics())
		if err := given(r.GetPayload(), Failed(found)); err != nil {
			return nil, callError(call, err)
		}
		out[i] = Generated{payloadFromPB(r.GetPayload()), found}
	}
	return out, nil
}

// Read gives out one value.
func (c *Changer) Read(ctx context.Context, item ReadItem) (ReadResult, []Diagnostic, error) {
	const call = "Targets.Read"
	answer, err := c.client.targets.Read(ctx, &pb.TargetsReadRequest{
		Target: targetToPB(item.Target), Receipt: receiptToPB(item.Receipt), Reason: pb.ReadReason(item.Reason),
	})
	if err != nil {
		return ReadResult{}, nil, callError(call, err)
	}
	found := diagnosticsFromPB(answer.GetDiagnostics())
	if err := given(answer.GetPayload(), Failed(found)); err != nil {
		return ReadResult{}, nil, callError(call, err)
	}
	return ReadResult{payloadFromPB(answer.GetPayload()), markFromPB(answer.GetMark()), receiptFromPB(answer.GetReceipt())}, found, nil
}

// Write stores one value. All writes of a Changer share one stream, so the
// plugin sees them as a batch and may answer them in any order. When the context
// ends before the answer, the outcome is unknown.
func (c *Changer) Write(ctx context.Context, item WriteItem) (WriteResult, error) {
	stream, err := c.stream()
	if err != nil {
		return WriteResult{Outcome: NotApplied}, err
	}
	return stream.write(ctx, item)
}

// Update changes what is around a value.
func (c *Changer) Update(ctx context.Context, item UpdateItem) (WriteResult, error) {
	answer, err := c.client.targets.Update(ctx, &pb.TargetsUpdateRequest{
		Target: targetToPB(item.Target), Mark: markToPB(item.Mark), Expect: receiptToPB(item.Expect), Recover: item.Recover,
	})
	if err != nil {
		return WriteResult{Outcome: OutcomeUnknown}, callError("Targets.Update", err)
	}
	return WriteResult{
		Outcome: Outcome(answer.GetOutcome()), Receipt: receiptFromPB(answer.GetReceipt()), Diagnostics: diagnosticsFromPB(answer.GetDiagnostics()),
	}, nil
}

// Retire disables, deletes or purges.
func (c *Changer) Retire(ctx context.Context, item RetireItem) (WriteResult, error) {
	answer, err := c.client.targets.Retire(ctx, &pb.TargetsRetireRequest{
		Target: targetToPB(item.Target), Revision: item.Revision, Mode: pb.RetireMode(item.Mode),
		Mark: markToPB(item.Mark), Grace: durationpb.New(item.Grace),
	})
	if err != nil {
		return WriteResult{Outcome: OutcomeUnknown}, callError("Targets.Retire", err)
	}
	return WriteResult{Outcome: Outcome(answer.GetOutcome()), Diagnostics: diagnosticsFromPB(answer.GetDiagnostics())}, nil
}

// Close ends the write stream and waits for its reader.
func (c *Changer) Close() {
	c.opening.Lock()
	defer c.opening.Unlock()
	if c.writes != nil {
		c.writes.close()
		c.writes = nil
	}
}

func (c *Changer) stream() (*writeStream, error) {
	c.opening.Lock()
	defer c.opening.Unlock()
	if c.writes == nil {
		stream, err := openWriteStream(c.client.targets)
		if err != nil {
			return nil, fmt.Errorf("write stream: %w", err)
		}
		c.writes = stream
	}
	return c.writes, nil
}
