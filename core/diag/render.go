package diag

import (
	"fmt"
	"strings"
)

// RenderOptions say how to show problems.
type RenderOptions struct{ Color bool }

var colors = map[Severity]string{Error: "\x1b[1;31m", Warning: "\x1b[1;33m", Notice: "\x1b[1;34m"}

// Render shows problems to a person, each with the line that it is about.
func Render(list List, sources *Sources, options RenderOptions) string {
	r := renderer{sources: sources, color: options.Color}
	for i, d := range list {
		if i > 0 {
			r.WriteByte('\n')
		}
		r.diagnostic(d)
	}
	return r.String()
}

type renderer struct {
	strings.Builder
	sources *Sources
	color   bool
}

func (r *renderer) diagnostic(d Diagnostic) {
	severity := d.Severity.String() + ":"
	if r.color {
		color, ok := colors[d.Severity]
		if !ok {
			color = colors[Error]
		}
		severity = color + severity + "\x1b[0m"
	}
	fmt.Fprintf(r, "%s %s [%s]\n", severity, OneLine(d.Summary), OneLine(d.Code))
	r.place(d.Range, "")
	for _, text := range []string{d.Detail, d.Hint} {
		if text != "" {
			fmt.Fprintf(r, "  %s\n", strings.ReplaceAll(strings.TrimSpace(Printable(text)), "\n", "\n  "))
		}
	}
	for _, related := range d.Related {
		r.place(related.Range, related.Text)
	}
}

// place shows where something is, and the line there with a caret below.
func (r *renderer) place(at Range, text string) {
	if at.IsZero() {
		return
	}
	if text != "" {
		text = ": " + OneLine(text)
	}
	fmt.Fprintf(r, "  %s%s\n", OneLine(at.String()), text)
	if e, ok := r.sources.line(at); ok {
		fmt.Fprintf(r, " %4d | %s\n", at.Start.Line, e.text)
		fmt.Fprintf(r, "      | %s%s\n", strings.Repeat(" ", e.start), strings.Repeat("^", max(1, e.end-e.start)))
	}
}
