package ui

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

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

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitText  `xml:"failure,omitempty"`
	Skipped *junitText  `xml:"skipped,omitempty"`
	Output  *junitPlain `xml:"system-out,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitPlain struct {
	Text string `xml:",chardata"`
}

// WriteJUnit writes a report in the XML that CI systems read.
func WriteJUnit(out io.Writer, r conformance.Report) error {
	suite := junitSuite{
		Name: strings.TrimSpace("sz-plugin-" + r.Plugin + " " + r.Version), Tests: len(r.Results),
		Failures: r.Count(conformance.Fail), Skipped: r.Count(conformance.Skip),
	}
	var took time.Duration
	for _, result := range r.Results {
		took += result.Took
		suite.Cases = append(suite.Cases, junitOf(result))
	}
	suite.Time = fmt.Sprintf("%.3f", took.Seconds())
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

func junitOf(r conformance.Result) junitCase {
	c := junitCase{Class: r.Case, Name: r.Check, Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
	if c.Class == "" {
		c.Class = "plugin"
	}
	text := strings.Join(r.Details, "\n")
	switch {
	case r.Status == conformance.Fail:
		c.Failure = &junitText{r.About, text}
	case r.Status == conformance.Skip:
		c.Skipped = &junitText{text, ""}
	case text != "":
		c.Output = &junitPlain{text}
	}
	return c
}
