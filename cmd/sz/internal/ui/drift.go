package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

// DriftDocument is what was changed outside as JSON: format sz/drift/1.
type DriftDocument struct {
	Format      string          `json:"format"`
	Secretfile  string          `json:"secretfile"`
	Project     string          `json:"project"`
	Environment string          `json:"environment"`
	Targets     int             `json:"targets"` // that were looked at
	Drift       []DriftedTarget `json:"drift"`
}

// DriftedTarget is one target that is not as it was left.
type DriftedTarget struct {
	Secret  string         `json:"secret"`
	Address string         `json:"address"`
	Kind    plan.DriftKind `json:"kind"`
	Reason  string         `json:"reason"`
}

// NewDriftDocument puts drift into a document.
func NewDriftDocument(path string, p *plan.Plan, drifts []plan.Drift) DriftDocument {
	d := DriftDocument{Format: "sz/drift/1", Secretfile: path, Project: p.Project, Environment: p.Environment, Targets: targets(p), Drift: []DriftedTarget{}}
	for _, one := range drifts {
		d.Drift = append(d.Drift, DriftedTarget{one.Secret, one.Target.String(), one.Kind, one.Reason})
	}
	return d
}

func targets(p *plan.Plan) int {
	n := 0
	for _, c := range p.Changes {
		n += len(c.Steps)
	}
	return n
}

// Drift writes what was changed outside.
func (u *UI) Drift(head Head, p *plan.Plan, drifts []plan.Drift) {
	fmt.Fprintf(u.out, "%s · project %s · %s\n", u.paint(bold, diag.Printable(head.Secretfile)), diag.Printable(p.Project), Count(targets(p), "target"))
	if len(drifts) == 0 {
		fmt.Fprintln(u.out, u.paint(bold, "No drift: everything is as it was written."))
		return
	}
	fmt.Fprintln(u.out)
	counts := map[plan.DriftKind]int{}
	for _, d := range drifts {
		counts[d.Kind]++
		sign, in := "!", red
		if d.Kind == plan.NotKnown {
			sign, in = "?", yellow
		}
		fmt.Fprintf(u.out, "  %s  %s\n      %s\n", u.paint(in, sign+" "+d.Secret), diag.Printable(d.Target.String()), diag.Printable(d.Reason))
		if d.Hint != "" {
			fmt.Fprintf(u.out, "      %s\n", diag.Printable(d.Hint))
		}
	}
	var parts []string
	for _, kind := range []struct {
		kind plan.DriftKind
		text string
	}{{plan.ChangedOutside, "changed outside"}, {plan.DeletedOutside, "deleted outside"}, {plan.NotKnown, "not known"}} {
		if counts[kind.kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind.kind], kind.text))
		}
	}
	fmt.Fprintln(u.out)
	fmt.Fprintln(u.out, u.paint(bold, "Drift: "+strings.Join(parts, ", ")+"."))
}
