package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/secretzero/sz/core/apply"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

// past is what was done, in words.
var past = map[plan.Action]string{
	plan.Create: "created", plan.Replace: "updated", plan.Copy: "copied", plan.Remark: "changed in metadata", plan.Accept: "accepted",
	plan.Adopt: "adopted", plan.Recover: "recovered", plan.Retire: "retired", plan.Release: "released", plan.Delete: "deleted",
}

// Event writes what became of a step, as it happens. What went well is progress,
// for a terminal only.
func (u *UI) Event(e apply.Event) {
	where := diag.Printable(e.Target.String())
	if e.Problem == nil {
		if u.progress {
			u.Info("  %s %s  %s", u.paint(green, "✓"), where, past[e.Action])
		}
		return
	}
	u.Info("  %s %s  %s", u.paint(red, "✗"), where, diag.Printable(e.Problem.Summary))
	for _, text := range []string{e.Problem.Detail, e.Problem.Hint} {
		if text != "" {
			u.Info("      %s", strings.ReplaceAll(strings.TrimSpace(diag.Printable(text)), "\n", "\n      "))
		}
	}
}

// Notice writes what a person should know of a place while an apply is under way.
func (u *UI) Notice(about, text string) {
	u.Info("  %s %s  %s", u.paint(yellow, "!"), diag.Printable(about), diag.Printable(text))
}

// Throttled says that a store takes nothing for a while, so that nobody takes the
// silence for a hang.
func (u *UI) Throttled(scope string, pause time.Duration) {
	seconds := int((pause + time.Second - 1) / time.Second)
	u.Info("  %s throttled by %s, continuing in %d s", u.paint(yellow, "!"), diag.Printable(scope), seconds)
}

// Result writes what became of an apply, in one line, and where that is on record: the
// lock file and the head of the audit record, each if there is one.
func (u *UI) Result(r apply.Result, lock, auditHead string) {
	counts := map[plan.Action]int{}
	failed := 0
	for _, e := range r.Events {
		if e.Problem != nil {
			failed++
			continue
		}
		counts[e.Action]++
	}
	var parts []string
	for _, a := range []plan.Action{plan.Create, plan.Replace, plan.Copy, plan.Remark, plan.Accept, plan.Adopt, plan.Recover, plan.Retire, plan.Release, plan.Delete} {
		if counts[a] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[a], past[a]))
		}
	}
	if failed > 0 {
		parts = append(parts, u.paint(red, fmt.Sprintf("%d failed", failed)))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing done")
	}
	line := "Applied: " + strings.Join(parts, ", ") + "."
	switch {
	case r.Interrupted:
		line += " Interrupted; what was written is recorded. Apply again to go on."
	case failed > 0:
		line += " What was stored is recorded. Apply again when the cause is removed."
	}
	fmt.Fprintln(u.out, u.paint(bold, line))
	if lock != "" {
		fmt.Fprintln(u.out, u.paint(dim, "Recorded in "+diag.Printable(lock)))
	}
	if auditHead != "" {
		fmt.Fprintln(u.out, u.paint(dim, "Audit head "+auditHead))
	}
}

// AddResult puts what became of each step into the document of its plan.
func (d *PlanDocument) AddResult(r apply.Result) {
	d.Format = "sz/apply/1"
	outcomes := map[string]apply.Event{}
	for _, e := range r.Events {
		outcomes[e.Secret+"\x00"+e.Target.String()] = e
	}
	for i := range d.Secrets {
		for j := range d.Secrets[i].Targets {
			t := &d.Secrets[i].Targets[j]
			e, tried := outcomes[d.Secrets[i].Name+"\x00"+t.Address]
			switch {
			case !t.Action.Changes():
			case !tried:
				t.Outcome = "not-tried"
			case e.Problem != nil:
				t.Outcome, t.Problem = "failed", e.Problem.Code
				t.Reason = e.Problem.Summary
			default:
				t.Outcome = "done"
			}
		}
	}
}

// Progress says how far a plugin is with a write that takes its time.
func (u *UI) Progress(address, doing string, done, total int) {
	steps := ""
	switch {
	case total > 0:
		steps = fmt.Sprintf(" (%d of %d)", done, total)
	case done > 0:
		steps = fmt.Sprintf(" (%d)", done)
	}
	u.Info("  %s  %s%s", diag.Printable(address), diag.Printable(doing), steps)
}
