// Package diag is a problem with a position: what is wrong, where, why, and what
// to do next. It is the one currency for problems between the packages of the
// core; [Render] shows them to a person, [List.Documents] to a program.
//
// Next: core/secretfile, which makes most of them.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file.
type Pos struct {
	Line   int // from 1
	Column int // from 1, in characters
	Offset int // from 0, in bytes; a byte order mark does not count
}

// Range is a piece of a file. The zero Range is no place.
type Range struct {
	File       string
	Start, End Pos
}

// IsZero reports that the range is no place.
func (r Range) IsZero() bool { return r.Start.Line == 0 }

// String is FILE:LINE:COLUMN.
func (r Range) String() string {
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Severity is how much a diagnostic matters. The zero Severity counts as Error.
type Severity int

// The severities.
const (
	Error Severity = iota + 1
	Warning
	Notice
)

// String is the severity's name.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Notice:
		return "notice"
	}
	return "error"
}

// Diagnostic is one problem. It never holds a secret.
type Diagnostic struct {
	Severity Severity
	Code     string // stable, kebab-case
	Summary  string // lower case, subject first
	Detail   string // why
	Hint     string // what to do next
	Range    Range
	Related  []Related
}

// Related is another place that a problem is about.
type Related struct {
	Range Range
	Text  string
}

// List is problems in the order in which they were found.
type List []Diagnostic

// HasErrors reports whether any is an error.
func (l List) HasErrors() bool { return slices.ContainsFunc(l, Diagnostic.isError) }

// Errors are the errors of the list, in its order.
func (l List) Errors() List { return l.only(Diagnostic.isError) }

// Warnings are the warnings of the list, in its order.
func (l List) Warnings() List {
	return l.only(func(d Diagnostic) bool { return d.Severity == Warning })
}

func (l List) only(keep func(Diagnostic) bool) List {
	var kept List
	for _, d := range l {
		if keep(d) {
			kept = append(kept, d)
		}
	}
	return kept
}

func (d Diagnostic) isError() bool { return d.Severity != Warning && d.Severity != Notice }

// Sorted is a copy ordered by file and place. What has no place comes first.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(strings.Compare(a.Range.File, b.Range.File), cmp.Compare(a.Range.Start.Offset, b.Range.Start.Offset))
	})
	return sorted
}
