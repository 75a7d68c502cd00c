package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/secretzero/sz/internal/regex"
)

// An unquoted {{…}} at the start of a scalar is a flow mapping to a YAML parser.
// The language takes it for text, so such scalars are quoted before the parser
// sees them. The quote moves what follows it on its line by one column, which
// [quotes] takes back.

// quotes knows where quotes were put in.
type quotes struct {
	columns map[int]int  // by line, the column of the quote; it ends the line
	offsets map[int]bool // in the file
}

// original takes a column of the quoted text back to the column in the file.
func (q quotes) original(line, column int) int {
	if start, ok := q.columns[line]; ok && column > start {
		return column - 1
	}
	return column
}

// prequote quotes unquoted expressions.
func prequote(text []byte) ([]byte, quotes) {
	q := quotes{map[int]int{}, map[int]bool{}}
	if !bytes.Contains(text, []byte("{{")) {
		return text, q
	}
	var out bytes.Buffer
	var scan lineScanner
	offset := 0
	for i, line := range bytes.SplitAfter(text, []byte("\n")) {
		body := strings.TrimRight(string(line), "\r\n")
		if at := scan.line(body); at >= 0 {
			end := at + scalarEnd(body[at:])
			q.columns[i+1] = utf8.RuneCountInString(body[:at]) + 1
			q.offsets[offset+at] = true
			out.WriteString(body[:at] + "'" + strings.ReplaceAll(body[at:end], "'", "''") + "'")
			out.WriteString(body[end:])
			out.Write(line[len(body):])
		} else {
			out.Write(line)
		}
		offset += len(line)
	}
	return out.Bytes(), q
}

var opening = regex.Of(`^\{\{\s*(?:((?:var|secret)\s*[.\[])|[A-Za-z'"])`)

// unquoted reports that a value begins with an expression of ours, not with a
// flow mapping such as {{a: b}: c}.
func unquoted(value string) bool {
	m := opening.FindStringSubmatch(value)
	if m == nil {
		return false
	}
	inner := value[len("{{"):]
	end := closingIndex(inner, "}}")
	if end < 0 {
		return m[1] != "" && !strings.Contains(inner, ": ")
	}
	return !strings.Contains(inner[:end], ": ") || strings.ContainsAny(inner[:end], `'"`)
}

// scalarEnd is where a plain scalar that begins with an expression ends: at a
// comment or the end of the line.
func scalarEnd(text string) int {
	end := len(text)
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], "{{") {
			if inside := closingIndex(text[i+2:], "}}"); inside >= 0 {
				i += inside + 3
			}
			continue
		}
		if text[i] == '#' && i > 0 && (text[i-1] == ' ' || text[i-1] == '\t') {
			end = i
			break
		}
	}
	return len(strings.TrimRight(text[:end], " \t"))
}
