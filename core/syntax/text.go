package syntax

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/secretzero/sz/core/diag"
)

// sourceText finds places in a text. It counts the characters before every chunk
// of bytes once, so that a place on a line of megabytes costs no more than another.
type sourceText struct {
	text  string
	lines []int // the offset of each line
	runes []int // the characters before each chunk
	ascii bool  // every character is a byte
}

const chunk = 512

func newText(text []byte) *sourceText {
	t := &sourceText{text: string(text), lines: []int{0}}
	count := 0
	for i := range len(t.text) {
		if i%chunk == 0 {
			t.runes = append(t.runes, count)
		}
		if utf8.RuneStart(t.text[i]) {
			count++
		}
		if t.text[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	t.runes = append(t.runes, count)
	t.ascii = count == len(t.text)
	return t
}

// line is a line without its end, from 1.
func (t *sourceText) line(number int) string {
	start, end := t.lines[number-1], len(t.text)
	if number < len(t.lines) {
		end = t.lines[number] - 1
	}
	return strings.TrimSuffix(t.text[start:end], "\r")
}

// before counts the characters before an offset.
func (t *sourceText) before(offset int) int {
	count := t.runes[offset/chunk]
	for i := offset / chunk * chunk; i < offset; i++ {
		if utf8.RuneStart(t.text[i]) {
			count++
		}
	}
	return count
}

// pos is the place of an offset.
func (t *sourceText) pos(offset int) diag.Pos {
	offset = min(max(offset, 0), len(t.text))
	line := sort.SearchInts(t.lines, offset+1)
	start := t.lines[line-1]
	if t.ascii {
		return diag.Pos{Line: line, Column: offset - start + 1, Offset: offset}
	}
	if offset-start < 2*chunk { // counting is cheaper than looking up
		return diag.Pos{Line: line, Column: utf8.RuneCountInString(t.text[start:offset]) + 1, Offset: offset}
	}
	return diag.Pos{Line: line, Column: t.before(offset) - t.before(start) + 1, Offset: offset}
}

// offset is the place of a line and a column in characters.
func (t *sourceText) offset(line, column int) int {
	line = min(max(line, 1), len(t.lines))
	start := t.lines[line-1]
	if t.ascii {
		return min(start+max(column, 1)-1, start+len(t.line(line)))
	}
	wanted := t.before(start) + max(column, 1) - 1
	first := max(sort.SearchInts(t.runes, wanted)-1, start/chunk)
	count := t.runes[first]
	for i := first * chunk; i < len(t.text); i++ {
		if !utf8.RuneStart(t.text[i]) {
			continue
		}
		if count == wanted {
			return min(i, start+len(t.line(line)))
		}
		count++
	}
	return min(len(t.text), start+len(t.line(line)))
}

// span is the range between two offsets.
func (t *sourceText) span(file string, from, to int) diag.Range {
	return diag.Range{File: file, Start: t.pos(from), End: t.pos(max(from, to))}
}

// secondDocument is the line that begins a second document; 0 when there is none.
func (t *sourceText) secondDocument() int {
	content := false
	for number := 1; number <= len(t.lines); number++ {
		line := t.line(number)
		trimmed := strings.TrimSpace(line)
		switch {
		case content && (line == "---" || strings.HasPrefix(line, "--- ")):
			return number
		case trimmed != "" && !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(line, "%") && line != "---":
			content = true
		}
	}
	return 0
}
