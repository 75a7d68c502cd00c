package wire

import (
	"context"
	"time"
)

// Waiting is a pause that a store wants before it answers more.
type Waiting struct {
	Scope string // who wants it, such as the host of the store
	Pause time.Duration
}

type waitingKey struct{}

// WithWaiting makes report hear of the pauses of what is looked at under ctx. In a
// plugin [ReportWaiting] calls it. It must be safe for concurrent use.
func WithWaiting(ctx context.Context, report func(Waiting)) context.Context {
	return context.WithValue(ctx, waitingKey{}, report)
}

// ReportWaiting tells whoever waits that a store wants a pause.
func ReportWaiting(ctx context.Context, w Waiting) {
	if report := waitingOf(ctx); report != nil {
		report(w)
	}
}

func waitingOf(ctx context.Context) func(Waiting) {
	report, _ := ctx.Value(waitingKey{}).(func(Waiting))
	return report
}
