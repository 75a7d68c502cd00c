package ui

import (
	"fmt"
	"runtime"

	"github.com/secretzero/sz/cmd/sz/internal/probe"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/sandbox"
)

// Sandbox writes what came of attacking the sandbox.
func (u *UI) Sandbox(r probe.Report) {
	fmt.Fprintf(u.out, "sandbox %s on %s/%s\n", r.Tier, runtime.GOOS, runtime.GOARCH)
	for _, why := range r.Refused {
		fmt.Fprintf(u.out, "  not %s\n", diag.Printable(why))
	}
	group := ""
	for _, result := range r.Results {
		if result.Group != group {
			group = result.Group
			fmt.Fprintf(u.out, "\n%s\n", group)
		}
		fmt.Fprintf(u.out, "  %-13s %s", result.Verdict, result.Title)
		if result.Detail != "" {
			fmt.Fprintf(u.out, " (%s)", diag.Printable(result.Detail))
		}
		fmt.Fprintln(u.out)
	}
	fmt.Fprintf(u.out, "\n%d proved, %d open, %d not testable here.\n", r.Count(probe.Proved), r.Count(probe.Open), r.Count(probe.NotTestable))
	if r.Tier == sandbox.T0 {
		fmt.Fprintln(u.out, "T0 is trust, not a sandbox: a plugin can do here what you can do.")
	}
}
