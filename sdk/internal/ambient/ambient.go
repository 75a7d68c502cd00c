// Package ambient is what surrounds a call of an author's function: the clock, the
// network, the environment, and where log lines go. A plugin runs in the real one;
// sdk/plugintest puts another in its place.
package ambient

import (
	"context"
	"io"
	"net/http"
	"os"
	"time"
)

// Ambient is one set of surroundings. Functions must be safe for concurrent use.
type Ambient struct {
	Now       func() time.Time
	Sleep     func(context.Context, time.Duration) error // until the context ends, whose cause it returns
	Transport http.RoundTripper                          // nil: the real network
	LookupEnv func(string) (string, bool)
	Log       io.Writer // nil: standard error
}

type key struct{}

// With puts a in place of the real surroundings.
func With(ctx context.Context, a *Ambient) context.Context { return context.WithValue(ctx, key{}, a) }

// From finds the surroundings of a call.
func From(ctx context.Context) *Ambient {
	if a, ok := ctx.Value(key{}).(*Ambient); ok {
		return a
	}
	return &process
}

var process = Ambient{Now: time.Now, Sleep: sleep, LookupEnv: os.LookupEnv}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
