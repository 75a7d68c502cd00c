package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
	"unicode/utf8"

	"github.com/secretzero/sz/sdk/secret"
)

// maxOutput bounds what a command may print, in bytes.
const maxOutput = 1 << 20

// grace is how long is waited for what a command has started and left running.
const grace = 2 * time.Second

// byHand is the advice for a command that failed: what it says may be a secret, so it
// is not shown.
const byHand = "run it by hand to see what it says, which may hold the value and is not shown here"

// run runs the program and gives what it prints. With ctx, it ends with all that it
// has started.
func (p program) run(ctx context.Context, place workplace, input secret.Value) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.WaitDelay = place.dir, p.env, bytes.NewReader(input.Expose()), grace
	printed := &bounded{}
	cmd.Stdout, cmd.Stderr = printed, io.Discard
	together(cmd)
	err := cmd.Run()
	endAll(cmd)
	switch {
	case printed.full:
		return nil, failed("script-output", fmt.Sprintf("the command prints more than %d bytes", maxOutput), "let it print the value and nothing else")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, failed("script-timeout", "the command did not end in time and was stopped", "set a longer timeout, or find out what it waits for: it has no network and no terminal")
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, failed("script-failed", "the command left something running that keeps its output open", byHand)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, failed("script-failed", "the command failed: "+exit.String(), byHand)
	}
	if err != nil {
		return nil, failed("script-not-started", "the command could not be run: "+err.Error(), "")
	}
	return printed.text, nil
}

// bounded takes what is printed, up to a limit; beyond it the program gets an error.
type bounded struct {
	text []byte
	full bool
}

func (b *bounded) Write(more []byte) (int, error) {
	if len(b.text)+len(more) > maxOutput {
		b.full = true
		return 0, errors.New("too much")
	}
	b.text = append(b.text, more...)
	return len(more), nil
}

// value is what was printed, without what is to be cut off.
func value(printed []byte, trim string) (secret.Payload, error) {
	switch trim {
	case "newline":
		if line, ended := bytes.CutSuffix(printed, []byte("\n")); ended {
			printed = bytes.TrimSuffix(line, []byte("\r"))
		}
	case "space":
		printed = bytes.TrimSpace(printed)
	}
	switch {
	case len(printed) == 0:
		return secret.Payload{}, failed("script-output", "the command prints nothing", "let it print the value on standard output")
	case !utf8.Valid(printed):
		return secret.Payload{}, failed("script-output", "the command prints bytes that are no text", "let it encode the value, as with base64")
	}
	return secret.NewText(secret.New(printed)), nil
}
