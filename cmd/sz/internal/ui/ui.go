// Package ui prints. Its rules:
//
//   - Results go to standard output, everything else to standard error.
//   - Errors begin with "error:", warnings with "warning:", both in lower case and
//     without a full stop.
//   - With --json, standard output holds one JSON document and nothing else.
//   - Values are never printed; text of plugins and files comes here masked and is
//     shown without control characters.
//   - Colour only on a terminal, never with NO_COLOR or TERM=dumb.
package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// UI is where a command prints.
type UI struct {
	out, err io.Writer
	color    bool
	progress bool // say what goes on
}

// New makes a UI. Progress is for terminals.
func New(out, err io.Writer, color, progress bool) *UI { return &UI{out, err, color, progress} }

// Terminal reports whether a stream is one.
func Terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Colorful reports whether colour fits a stream.
func Colorful(f *os.File) bool {
	return Terminal(f) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Nearest is the candidate that name was probably meant to be, or "".
func Nearest(name string, candidates []string) string { return schema.Nearest(name, candidates) }

// Print writes a result.
func (u *UI) Print(text string) { fmt.Fprint(u.out, text) }

// Info writes a line beside the results.
func (u *UI) Info(format string, args ...any) {
	fmt.Fprintf(u.err, format+"\n", args...)
}

// Error writes an error of no position.
func (u *UI) Error(text string) {
	fmt.Fprintln(u.err, u.paint(red, "error:")+" "+diag.Printable(text))
}

// Diagnostics writes problems with the lines that they are about.
func (u *UI) Diagnostics(list diag.List, sources *diag.Sources) {
	if len(list) > 0 {
		fmt.Fprint(u.err, diag.Render(list, sources, diag.RenderOptions{Color: u.color}))
	}
}

// JSON writes a document.
func (u *UI) JSON(document any) error {
	enc := json.NewEncoder(u.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

// JSONError writes why a command failed as a document.
func (u *UI) JSONError(code int, text string, found diag.List) {
	document := struct {
		Format      string          `json:"format"`
		ExitCode    int             `json:"exit_code"`
		Error       string          `json:"error,omitempty"`
		Diagnostics []diag.Document `json:"diagnostics"`
	}{"sz/error/1", code, text, found.Documents()}
	_ = u.JSON(document)
}

type colour string

const (
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	blue   colour = "\x1b[34m"
	bold   colour = "\x1b[1m"
	dim    colour = "\x1b[2m"
	reset         = "\x1b[0m"
)

func (u *UI) paint(c colour, text string) string {
	if !u.color || text == "" {
		return text
	}
	return string(c) + text + reset
}

// Count is a number with its noun, as in "1 secret" or "2 secrets".
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "y") {
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}
