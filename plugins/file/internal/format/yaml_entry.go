package format

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/internal/regex"
)

// yamlEntry is where a member of a block mapping stands: from the line of its key to
// the line before what belongs to it no more.
type yamlEntry struct {
	before, after []byte
	line          string // the first one, without its end
	lineEnd       string
	indent        string // in front of the key
	colon         int    // of the key, in the line
	// valueStart and valueEnd are the value in the line; valueEnd is 0 for a value that
	// is not all in that line.
	valueStart, valueEnd int
	comment              string // after the first line of such a value
}

// entry finds a member whose key begins a line. What cannot be found with certainty is
// not found.
func (d *yamlDocument) entry(key string) (yamlEntry, bool) {
	i := d.find(key)
	content := d.root().Content
	if i < 0 || d.root().Style&yaml.FlowStyle != 0 {
		return yamlEntry{}, false
	}
	name, value := content[i-1], content[i]
	lines := yamlLine.FindAll(d.text, -1)
	first, end := name.Line-1, len(lines)
	if i+1 < len(content) {
		end = content[i+1].Line - 1
	}
	if first < 0 || first >= end || end > len(lines) {
		return yamlEntry{}, false
	}
	e := yamlEntry{line: strings.TrimRight(string(lines[first]), "\r\n"), lineEnd: lineEnd(string(d.text))}
	if e.indent = e.line[:len(e.line)-len(strings.TrimLeft(e.line, " "))]; len(e.indent) != name.Column-1 {
		return yamlEntry{}, false
	}
	var ok bool
	if e.colon, ok = e.findColon(name); !ok {
		return yamlEntry{}, false
	}
	e.findValue(value)
	last := first + 1
	if e.valueEnd == 0 {
		e.comment = value.LineComment + name.LineComment
		for last = end; last > first+1 && blankOrComment(lines[last-1], len(e.indent)); last-- {
		}
	}
	e.before, e.after = bytes.Join(lines[:first], nil), bytes.Join(lines[last:], nil)
	return e, true
}

// replaced is the text with another line, or lines, in place of the member.
func (e yamlEntry) replaced(line string) []byte {
	if line != "" && !strings.HasSuffix(line, "\n") {
		line += e.lineEnd
	}
	return slices.Concat(e.before, []byte(line), e.after)
}

// indented is a value of several lines as it stands below the key.
func (e yamlEntry) indented(value string) string {
	return strings.ReplaceAll(value, "\n", e.lineEnd+e.indent)
}

// findColon finds the end of the key.
func (e yamlEntry) findColon(name *yaml.Node) (int, bool) {
	at := len(e.indent)
	if name.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		length, ok := quotedLength(e.line[at:])
		if !ok {
			return 0, false
		}
		at += length
	} else {
		at += len(name.Value)
	}
	if at > len(e.line) {
		return 0, false
	}
	at += len(e.line[at:]) - len(strings.TrimLeft(e.line[at:], " \t"))
	return at, at < len(e.line) && e.line[at] == ':'
}

var yamlTail = regex.Of(`^[ \t]*(?:[ \t]#.*)?$`)

// findValue finds a scalar that is all in the line of its key.
func (e *yamlEntry) findValue(value *yaml.Node) {
	if value.Kind != yaml.ScalarNode || value.Style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return
	}
	if value.Value == "" && value.ShortTag() == "!!null" {
		if yamlTail.MatchString(e.line[e.colon+1:]) {
			e.valueStart, e.valueEnd = e.colon+1, e.colon+1
		}
		return
	}
	start := runeOffset(e.line, value.Column-1)
	if start <= e.colon || start >= len(e.line) {
		return
	}
	length, ok := len(value.Value), strings.HasPrefix(e.line[start:], value.Value)
	if value.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		length, ok = quotedLength(e.line[start:])
	}
	if ok && yamlTail.MatchString(e.line[start+length:]) {
		e.valueStart, e.valueEnd = start, start+length
	}
}

// quotedLength is the length of a text in quotes that begins a line and ends in it.
func quotedLength(line string) (int, bool) {
	if line == "" || line[0] != '"' && line[0] != '\'' {
		return 0, false
	}
	for i := 1; i < len(line); i++ {
		switch {
		case line[0] == '"' && line[i] == '\\':
			i++
		case line[i] == line[0] && line[0] == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		case line[i] == line[0]:
			return i + 1, true
		}
	}
	return 0, false
}

// runeOffset is where the n-th character of a line begins, or past its end.
func runeOffset(line string, n int) int {
	offset := 0
	for ; n > 0 && offset < len(line); n-- {
		_, size := utf8.DecodeRuneInString(line[offset:])
		offset += size
	}
	if n > 0 {
		return len(line)
	}
	return offset
}
