package ui

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/secretzero/sz/sdk/conformance"
)

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
