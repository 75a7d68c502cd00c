package sdk

import (
	"context"
	"log/slog"

	"github.com/secretzero/sz/sdk/secret"
)

// Log is a logger for the call that ctx belongs to. It cannot print a secret of that
// call: what is held in a [secret.Value] or [secret.Payload] is always masked, and
// what the host sent as secret, the session's included, or the call answered as
// secret is masked in every message and attribute, raw or encoded, also when it was
// copied into a string. To know what the call will answer, lines are held back until
// it ends; a value of less than four bytes is masked where it is the whole of an
// attribute.
//
// Lines go to standard error as slog's text, from level Info up, at most 1,000 a
// call. sz keeps the head of them and shows it when the plugin fails; `sz plugin
// test` looks for secrets in all of them. Outside of a call nothing is logged.
func Log(ctx context.Context) *slog.Logger {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(&logHandler{call: c})
}

// logHandler keeps what is logged for later. What is done to it is kept too, because
// a handler of slog's formats attributes when it is given them.
type logHandler struct {
	call  *call
	steps []func(slog.Handler) slog.Handler
}

// Enabled reports whether a level is logged.
func (l *logHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

// Handle keeps a record.
func (l *logHandler) Handle(ctx context.Context, r slog.Record) error {
	l.call.hold(func(out slog.Handler) {
		for _, step := range l.steps {
			out = step(out)
		}
		_ = out.Handle(context.WithoutCancel(ctx), r) // there is nobody to tell that a log line was lost
	})
	return nil
}

// WithAttrs keeps attributes.
func (l *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return l.then(func(out slog.Handler) slog.Handler { return out.WithAttrs(attrs) })
}

// WithGroup keeps a group.
func (l *logHandler) WithGroup(name string) slog.Handler {
	return l.then(func(out slog.Handler) slog.Handler { return out.WithGroup(name) })
}

func (l *logHandler) then(step func(slog.Handler) slog.Handler) slog.Handler {
	return &logHandler{l.call, append(l.steps[:len(l.steps):len(l.steps)], step)}
}

// maskAttr turns everything that could hold a text into text, and masks that.
func (c *call) maskAttr(_ []string, a slog.Attr) slog.Attr {
	a.Key = c.known.Text(a.Key)
	switch a.Value.Kind() {
	case slog.KindBool, slog.KindDuration, slog.KindTime:
	default:
		a.Value = slog.StringValue(c.known.Text(a.Value.Resolve().String()))
	}
	return a
}

var _ slog.LogValuer = secret.Value{} // a value in an attribute masks itself
