package cli

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/crash"
	"github.com/secretzero/sz/core/redact"
)

// stream is standard output or standard error: all that sz writes there passes the
// masker, which knows the values of the run.
type stream struct {
	*redact.Writer
	file *os.File
	mask *redact.Masker
}

func newStream(mask *redact.Masker, file *os.File) stream {
	return stream{mask.Writer(file), file, mask}
}

// fileOf is the file behind a stream.
func fileOf(w io.Writer) (*os.File, bool) {
	if s, ok := w.(stream); ok {
		return s.file, true
	}
	file, ok := w.(*os.File)
	return file, ok
}

// maskOf is the masker of the run.
func maskOf(c *cli.Context) *redact.Masker {
	if s, ok := c.App.Writer.(stream); ok {
		return s.mask
	}
	return &redact.Masker{}
}

// crashed reports a panic of sz itself.
func crashed(stderr stream, cause any) int {
	fmt.Fprint(stderr.file, crash.Report(fmt.Sprintf("panic: %v\n\n%s", cause, debug.Stack())))
	return exitError
}
