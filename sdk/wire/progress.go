package wire

import (
	"context"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// Progress is how far something is.
type Progress struct {
	Doing string // in a few words, without a value
	Done  int
	Total int // 0 means not known
}

type progressKey struct{}

// WithProgress makes report hear how far the work done under ctx is. In a host that is
// a write; in a plugin [ReportProgress] calls it. It must be safe for concurrent use.
func WithProgress(ctx context.Context, report func(Progress)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// ReportProgress tells whoever waits how far the work under ctx is.
func ReportProgress(ctx context.Context, p Progress) {
	if report := progressOf(ctx); report != nil {
		report(p)
	}
}

func progressOf(ctx context.Context) func(Progress) {
	report, _ := ctx.Value(progressKey{}).(func(Progress))
	return report
}

func progressToPB(item uint64, p Progress) *pb.TargetsWriteResponse {
	return &pb.TargetsWriteResponse{Progress: &pb.WriteProgress{
		Item: item, Doing: p.Doing, Done: uint32(max(0, p.Done)), Total: uint32(max(0, p.Total)),
	}}
}

func progressFromPB(p *pb.WriteProgress) Progress {
	return Progress{Doing: clip(p.GetDoing()), Done: int(p.GetDone()), Total: int(p.GetTotal())}
}
