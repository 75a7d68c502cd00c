package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/pluginhost"
)

// DoctorDocument is what stands in the way of an apply as JSON: format sz/doctor/1.
type DoctorDocument struct {
	Format     string           `json:"format"`
	Secretfile string           `json:"secretfile"`
	Providers  []DoctorProvider `json:"providers"`
}

// DoctorProvider is what was found out through one provider instance.
type DoctorProvider struct {
	Alias string       `json:"alias"`
	Kind  string       `json:"kind"`
	Steps []DoctorStep `json:"steps"`
	// Left is how many targets nothing can be said about.
	Left    int    `json:"not_examined"`
	Problem string `json:"problem,omitempty"`
}

// DoctorStep is one step of the way to a store, or one right there.
type DoctorStep struct {
	Subject  string   `json:"subject"`
	Step     string   `json:"step"`
	Outcome  string   `json:"outcome"` // passed, failed, inferred, skipped, warned
	Detail   string   `json:"detail,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	Commands []string `json:"commands,omitempty"`
}

// outcomes are the words for what became of a step; what a newer plugin says is skipped.
var outcomes = map[pluginhost.FindingOutcome]string{
	pluginhost.Passed: "passed", pluginhost.FindingFailed: "failed", pluginhost.Inferred: "inferred", pluginhost.Warned: "warned",
}

// NewDoctorDocument is the document of diagnoses.
func NewDoctorDocument(path string, list []observe.Diagnosis) DoctorDocument {
	d := DoctorDocument{Format: "sz/doctor/1", Secretfile: path, Providers: []DoctorProvider{}}
	for _, one := range list {
		p := DoctorProvider{Alias: one.Provider, Kind: one.Kind, Left: one.Left, Steps: []DoctorStep{}}
		if one.Problem != nil {
			p.Problem = one.Problem.Summary
		}
		for _, f := range one.Findings {
			outcome, known := outcomes[f.Outcome]
			if !known {
				outcome = "skipped"
			}
			p.Steps = append(p.Steps, DoctorStep{f.Subject, f.Step, outcome, f.Detail, f.Hint, f.Commands})
		}
		d.Providers = append(d.Providers, p)
	}
	return d
}

// Failed reports whether anything stands in the way of an apply.
func (d DoctorDocument) Failed() bool {
	for _, p := range d.Providers {
		if p.Problem != "" {
			return true
		}
		for _, s := range p.Steps {
			if s.Outcome == "failed" {
				return true
			}
		}
	}
	return false
}

// Doctor writes what was found out, store by store.
func (u *UI) Doctor(d DoctorDocument) {
	for _, p := range d.Providers {
		subject := ""
		for _, s := range p.Steps {
			if s.Subject != subject {
				subject = s.Subject
				fmt.Fprintf(u.out, "%s  %s\n", u.paint(bold, diag.Printable(p.Alias)), diag.Printable(subject))
			}
			u.step(s)
		}
		if p.Problem != "" {
			fmt.Fprintf(u.out, "  %s %s\n", u.paint(red, "✗"), diag.Printable(p.Problem))
		}
		if p.Left > 0 {
			fmt.Fprintf(u.out, "%s  %s of kind %s: nothing to examine\n", u.paint(bold, diag.Printable(p.Alias)), Count(p.Left, "target"), diag.Printable(p.Kind))
		}
	}
	if d.Failed() {
		fmt.Fprintln(u.out, u.paint(bold, "Something stands in the way of an apply."))
	} else {
		fmt.Fprintln(u.out, u.paint(bold, "Nothing stands in the way of an apply."))
	}
}

var stepSigns = map[string]struct {
	colour colour
	sign   string
}{"passed": {green, "✓"}, "failed": {red, "✗"}, "inferred": {yellow, "?"}, "skipped": {dim, "-"}, "warned": {yellow, "!"}}

func (u *UI) step(s DoctorStep) {
	sign := stepSigns[s.Outcome]
	detail := strings.Split(strings.TrimSpace(diag.Printable(s.Detail)), "\n")
	fmt.Fprintf(u.out, "  %s %s\n", u.paint(sign.colour, sign.sign), strings.TrimRight(fmt.Sprintf("%-10s %s", diag.Printable(s.Step), detail[0]), " "))
	for _, line := range detail[1:] {
		fmt.Fprintf(u.out, "      %s\n", line)
	}
	if s.Hint != "" {
		fmt.Fprintf(u.out, "      %s\n", strings.ReplaceAll(diag.Printable(s.Hint), "\n", "\n      "))
	}
	for _, command := range s.Commands {
		fmt.Fprintf(u.out, "        %s\n", diag.Printable(command))
	}
}
