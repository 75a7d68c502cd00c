package syntax

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
)

// at maps a byte offset in a scalar's text to one in the file, and places that.
type at struct {
	offset func(int) int
	pos    func(int) diag.Pos
}

// interpolate splits text into literals and expressions. Text without any has
// one literal part, or none when it is empty.
func interpolate(file, text string, where at) ([]Part, diag.List) {
	s := &splitter{file: file, text: text, where: where}
	s.run()
	return s.parts, s.found
}

type splitter struct {
	file    string
	text    string
	where   at
	parts   []Part
	literal strings.Builder
	begin   int // of the literal
	// unclosed are the closings that stand nowhere in the rest of the text: looking
	// for one again at each further opening would take the square of its length.
	unclosed map[string]bool
	hint     string // what expressions there are; empty for all
	found    diag.List
}

func (s *splitter) run() {
	i := 0
	for i < len(s.text) {
		rest := s.text[i:]
		switch {
		case strings.HasPrefix(rest, "$${"):
			s.literal.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(rest, "${"):
			i = s.expression(i, "${", "}", "unclosed-env", parseEnv)
		case strings.HasPrefix(rest, "{{"):
			i = s.expression(i, "{{", "}}", "unclosed-expression", parseBraces)
		default:
			s.literal.WriteByte(s.text[i])
			i++
		}
	}
	s.flush(i)
}

// expression takes the expression that opens at offset i and returns the offset
// behind it. What it says of a wrong one does not quote it: it may be a password.
func (s *splitter) expression(i int, opening, closing, code string, parse func(string) (Expr, error)) int {
	end := -1
	if !s.unclosed[closing] {
		end = closingIndex(s.text[i+len(opening):], closing)
	}
	if end < 0 && s.unclosed[closing] {
		return i + len(opening)
	}
	if end < 0 {
		if s.unclosed == nil {
			s.unclosed = map[string]bool{}
		}
		s.unclosed[closing] = true
		s.report(i, i+len(opening), code, fmt.Sprintf("%s is never closed", opening), fmt.Sprintf("close it with %s, or write %s for the text itself", closing, escaped(opening)))
		return i + len(opening)
	}
	s.flush(i)
	inner := s.text[i+len(opening) : i+len(opening)+end]
	next := i + len(opening) + end + len(closing)
	expr, err := parse(inner)
	if err != nil {
		hint := s.hint
		if hint == "" {
			hint = fmt.Sprintf("expressions are {{var.NAME}}, {{var.NAME or 'text'}}, ${NAME} and ${NAME:-text}; write %s for the text itself", escaped(opening))
		}
		s.report(i, next, "bad-expression", err.Error(), hint)
	} else {
		s.parts = append(s.parts, Part{Expr: expr, Range: s.span(i, next)})
	}
	s.begin = next
	return next
}

// closingIndex finds closing outside of quotes.
func closingIndex(text, closing string) int {
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case closing == "}}" && (c == '\'' || c == '"'):
			quote = c
		case strings.HasPrefix(text[i:], closing):
			return i
		}
	}
	return -1
}

func escaped(opening string) string {
	if opening == "${" {
		return "$${"
	}
	return "{{'{{'}}"
}

func (s *splitter) flush(end int) {
	if s.literal.Len() > 0 {
		s.parts = append(s.parts, Part{Literal: s.literal.String(), Range: s.span(s.begin, end)})
		s.literal.Reset()
	}
	s.begin = end
}

func (s *splitter) span(from, to int) diag.Range {
	start := s.where.offset(from)
	end := start
	// The end is found from the character before it: what stands behind an
	// expression may belong to the next one.
	if to > from {
		end = s.where.offset(to-1) + 1
	}
	return diag.Range{File: s.file, Start: s.where.pos(start), End: s.where.pos(max(start, end))}
}

func (s *splitter) report(from, to int, code, summary, hint string) {
	s.found = append(s.found, diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: s.span(from, to)})
}
