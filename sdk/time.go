package sdk

import (
	"context"
	"time"

	"github.com/secretzero/sz/sdk/internal/ambient"
	"github.com/secretzero/sz/sdk/wire"
)

// Now is the present time. A plugin that asks here can be tested with the clock of
// sdk/plugintest.
func Now(ctx context.Context) time.Time { return ambient.From(ctx).Now() }

// Sleep waits for d, or until the call is cancelled, whose cause it returns then. Use
// it between the tries of a store that works in the background: the host cancels a
// call when a person interrupts, and expects its end within two seconds.
func Sleep(ctx context.Context, d time.Duration) error { return ambient.From(ctx).Sleep(ctx, d) }

// Progress tells the person who waits for a Write how far it is: what is being done,
// in a few words without a value, and done of total steps; a total of 0 means that
// it is not known. It may be called from any goroutine of the call, costs little, and
// does nothing in other functions.
func Progress(ctx context.Context, doing string, done, total int) {
	wire.ReportProgress(ctx, wire.Progress{Doing: doing, Done: done, Total: total})
}

// Waiting tells the person who waits for an Inspect that a store throttles, and for how
// long the plugin leaves it alone: "throttled by SCOPE, continuing in 3 s". The scope is
// a name that a person knows, such as the host of the store. It may be called from any
// goroutine of the call, and does nothing in other functions: a change that a store
// refuses for now ends in an [Error] of class [Throttled], and sz waits for all writers.
func Waiting(ctx context.Context, scope string, pause time.Duration) {
	wire.ReportWaiting(ctx, wire.Waiting{Scope: scope, Pause: pause})
}
