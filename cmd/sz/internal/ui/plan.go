package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

// sign is how an action looks at the head of a line.
var signs = map[plan.Action]struct {
	sign string
	in   colour
}{
	plan.Create:   {"+", green},
	plan.Replace:  {"~", yellow},
	plan.Copy:     {"→", blue},
	plan.Remark:   {"≈", blue},
	plan.Accept:   {"≈", yellow},
	plan.Adopt:    {"≈", yellow},
	plan.Recover:  {"↺", green},
	plan.Retire:   {"⊘", yellow},
	plan.Release:  {"-", yellow},
	plan.Delete:   {"-", red},
	plan.Drifted:  {"!", red},
	plan.Conflict: {"!", red},
	plan.Unsure:   {"?", yellow},
	plan.Blocked:  {"·", dim},
	plan.Refused:  {"✗", red},
	plan.Keep:     {" ", dim},
}

// Head is what is said before a plan: which file, project and environment.
type Head struct {
	Secretfile string
	Lock       string
	Plugins    []HeadPlugin
}

// HeadPlugin is one plugin process of a plan: a provider instance, or generators, which
// have no alias.
type HeadPlugin struct {
	Alias, Plugin, Version, Tier string
	RunBy                        string   // the interpreter of the plugin; empty for none
	Refused                      []string // why the tier is not a higher one
	Granted                      []string // what it may touch, a line for each kind
}

// Plan writes what an apply would do. Secrets that stay as they are are counted,
// not listed.
func (u *UI) Plan(head Head, p *plan.Plan) {
	fmt.Fprintf(u.out, "%s · project %s · %s\n", u.paint(bold, diag.Printable(head.Secretfile)), diag.Printable(p.Project), Count(len(p.Changes), "secret"))
	for _, p := range head.Plugins {
		plugin := fmt.Sprintf("plugin %s %s", p.Plugin, p.Version)
		if p.Alias != "" {
			plugin = fmt.Sprintf("provider %s: %s", p.Alias, plugin)
		} else {
			plugin = "values: " + plugin
		}
		if p.RunBy != "" {
			plugin += ", run by " + p.RunBy
		}
		fmt.Fprintf(u.out, "%s\n", u.paint(dim, plugin+", sandbox "+p.Tier))
		for _, why := range p.Refused {
			fmt.Fprintf(u.out, "%s\n", u.paint(dim, "  not "+why))
		}
		for _, granted := range p.Granted {
			fmt.Fprintf(u.out, "%s\n", u.paint(dim, "  may use "+diag.Printable(granted)))
		}
	}
	fmt.Fprintln(u.out)
	for _, c := range p.Changes {
		if c.Action != plan.Keep || c.Reason != "" {
			u.change(c)
		}
	}
	for _, note := range p.Notes {
		fmt.Fprintf(u.out, "note: %s\n", diag.Printable(note))
	}
	fmt.Fprintln(u.out, u.paint(bold, Summary(p)))
}

func (u *UI) change(c plan.Change) {
	s := signs[c.Action]
	line := fmt.Sprintf("%s %s", s.sign, c.Secret.Name)
	fmt.Fprintf(u.out, "  %s  %s\n", u.paint(s.in, line), u.paint(dim, string(c.Action)+" · "+c.Secret.Kind))
	if c.Action == plan.Keep {
		fmt.Fprintf(u.out, "      note: %s\n", diag.Printable(c.Reason))
	}
	for _, step := range c.Steps {
		if step.Action == plan.Keep {
			continue
		}
		mark := signs[step.Action]
		fmt.Fprintf(u.out, "    %s %s\n", u.paint(mark.in, mark.sign), diag.Printable(step.Target.Address.String()))
		fmt.Fprintf(u.out, "      %s: %s\n", step.Action, diag.Printable(step.Reason))
		u.problem(step.Problem)
	}
	for _, address := range c.Reads() {
		fmt.Fprintf(u.out, "      reads the value at %s\n", diag.Printable(address.String()))
	}
	fmt.Fprintln(u.out)
}

func (u *UI) problem(p *plan.Problem) {
	if p == nil {
		return
	}
	for _, text := range []string{p.Detail, p.Hint} {
		if text != "" {
			fmt.Fprintf(u.out, "      %s\n", strings.ReplaceAll(diag.Printable(text), "\n", "\n      "))
		}
	}
}

// Summary is a plan in one line.
func Summary(p *plan.Plan) string {
	counts := []struct {
		action plan.Action
		text   string
	}{
		{plan.Create, "%d to create"}, {plan.Replace, "%d to update"}, {plan.Copy, "%d to copy"},
		{plan.Remark, "%d to change in metadata"}, {plan.Accept, "%d to accept"}, {plan.Adopt, "%d to adopt"}, {plan.Recover, "%d to recover"}, {plan.Retire, "%d to retire"},
		{plan.Release, "%d to release"}, {plan.Delete, "%d to delete"}, {plan.Drifted, "%d drifted"}, {plan.Conflict, "%d in conflict"},
		{plan.Unsure, "%d unknown"}, {plan.Blocked, "%d waiting"}, {plan.Refused, "%d that cannot be done"},
	}
	var parts []string
	for _, c := range counts {
		if n := p.Count(c.action); n > 0 {
			parts = append(parts, fmt.Sprintf(c.text, n))
		}
	}
	kept := p.Count(plan.Keep)
	if len(parts) == 0 {
		return fmt.Sprintf("Nothing to do: %s as declared.", Count(kept, "secret"))
	}
	if kept > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", kept))
	}
	if p.Left > 0 {
		parts = append(parts, fmt.Sprintf("%d not selected", p.Left))
	}
	return "Plan: " + strings.Join(parts, ", ") + "."
}
