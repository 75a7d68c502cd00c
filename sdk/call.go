package sdk

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/secretzero/sz/sdk/internal/ambient"
	"github.com/secretzero/sz/sdk/internal/mask"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// maxLogLines bounds what a call may log.
const maxLogLines = 1000

// call is one call of an author's function: the secrets in it, and what it logged.
type call struct {
	known mask.Set
	out   io.Writer

	mu    sync.Mutex
	lines []func(slog.Handler)
	ended bool
}

type callKey struct{}

// begin makes ctx the context of a call. The function that it returns ends the call
// and writes its log.
func begin(ctx context.Context, known ...secret.Value) (context.Context, *call) {
	c := &call{out: ambient.From(ctx).Log}
	if c.out == nil {
		c.out = os.Stderr
	}
	c.known.Add(known...)
	return context.WithValue(ctx, callKey{}, c), c
}

// hold keeps a line until the call ends. A goroutine that outlives its call logs at
// once.
func (c *call) hold(line func(slog.Handler)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		line(c.handler())
	case len(c.lines) < maxLogLines:
		c.lines = append(c.lines, line)
	}
}

// end writes what was logged.
func (c *call) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.lines {
		line(c.handler())
	}
	c.lines, c.ended = nil, true
}

func (c *call) handler() slog.Handler {
	return slog.NewTextHandler(c.out, &slog.HandlerOptions{ReplaceAttr: c.maskAttr})
}

// sealed are the secret texts of a configuration.
func sealed(v schema.Value) []secret.Value {
	var out []secret.Value
	if v.Sealed() {
		out = append(out, v.Secret())
	}
	for _, item := range v.Items() {
		out = append(out, sealed(item)...)
	}
	for _, field := range v.Fields() {
		out = append(out, sealed(field.Value)...)
	}
	return out
}

// hider hides values from the log of the call that ctx belongs to.
func hider(ctx context.Context) func(...secret.Value) {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.known.Add
	}
	return nil
}
