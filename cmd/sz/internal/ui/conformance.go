package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/conformance"
)

// Conformance prints results of the checks of a plugin as they come.
type Conformance struct {
	ui   *UI
	last string // the case that was printed last
}

// NewConformance prints to standard output.
func NewConformance(u *UI) *Conformance { return &Conformance{ui: u, last: "-"} }

var conformanceColours = map[conformance.Status]colour{conformance.Pass: green, conformance.Fail: red, conformance.Warn: yellow, conformance.Skip: dim}

// Done prints a result.
func (c *Conformance) Done(r conformance.Result) {
	heading, check := r.Case, r.Check
	if of, what, found := strings.Cut(r.Case, ": "); found {
		heading, check = of, r.Check+" "+what
	}
	if heading == "" {
		heading = "the plugin as a whole"
	}
	if heading != c.last {
		c.last = heading
		c.ui.Print("\n" + c.ui.paint(bold, diag.Printable(heading)) + "\n")
	}
	c.ui.Print(fmt.Sprintf("  %s  %s\n", c.ui.paint(conformanceColours[r.Status], string(r.Status)), diag.Printable(check)))
	if r.Status == conformance.Fail {
		c.ui.Print("        the rule: " + r.About + "\n")
	}
	for _, detail := range r.Details {
		c.ui.Print("        " + diag.Printable(detail) + "\n")
	}
}

// Summary prints what came of all of them.
func (c *Conformance) Summary(r conformance.Report) {
	name := strings.TrimSpace(r.Plugin + " " + r.Version)
	if name == "" {
		name = "the plugin"
	}
	c.ui.Print(fmt.Sprintf("\n%s, confined at %s: %d passed, %d failed, %s, %d skipped\n", diag.Printable(name), r.Confinement,
		r.Count(conformance.Pass), r.Count(conformance.Fail), Count(r.Count(conformance.Warn), "warning"), r.Count(conformance.Skip)))
}

// ConformanceDocument is a report for programs.
type ConformanceDocument struct {
	Format      string              `json:"format"`
	Plugin      string              `json:"plugin"`
	Version     string              `json:"version"`
	Confinement string              `json:"confinement"`
	Passed      int                 `json:"passed"`
	Failed      int                 `json:"failed"`
	Warnings    int                 `json:"warnings"`
	Skipped     int                 `json:"skipped"`
	Results     []ConformanceResult `json:"results"`
}

// ConformanceResult is one check in a document.
type ConformanceResult struct {
	Check   string   `json:"check"`
	Case    string   `json:"case,omitempty"`
	Rule    string   `json:"rule"`
	Status  string   `json:"status"`
	Details []string `json:"details,omitempty"`
	Seconds float64  `json:"seconds"`
}

// NewConformanceDocument makes the document of a report.
func NewConformanceDocument(r conformance.Report) ConformanceDocument {
	d := ConformanceDocument{
		Format: "sz/plugin-test/1", Plugin: r.Plugin, Version: r.Version, Confinement: r.Confinement,
		Passed: r.Count(conformance.Pass), Failed: r.Count(conformance.Fail), Warnings: r.Count(conformance.Warn), Skipped: r.Count(conformance.Skip),
	}
	for _, result := range r.Results {
		d.Results = append(d.Results, ConformanceResult{result.Check, result.Case, result.About, string(result.Status), result.Details, result.Took.Seconds()})
	}
	return d
}
