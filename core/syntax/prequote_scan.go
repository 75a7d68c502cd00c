package syntax

import "strings"

// lineScanner follows just enough of YAML's structure from line to line to know
// where a value begins: what is inside quotes, block scalars, flow collections,
// comments and the further lines of plain scalars is left alone.
type lineScanner struct {
	quote  byte // an open quoted scalar
	flow   int  // open brackets and braces
	block  bool // an open block scalar
	plain  bool // a plain scalar that may go on
	parent int  // the indentation that ends a block or plain scalar
}

// line takes the next line. It returns where an unquoted expression begins in it,
// and -1 when there is none.
func (s *lineScanner) line(body string) int {
	indent := len(body) - len(strings.TrimLeft(body, " "))
	blank := strings.TrimSpace(body) == ""
	at := 0
	switch {
	case s.quote != 0 || s.flow > 0:
		s.collection(body, 0)
		return -1
	case blank, s.block && indent > s.parent:
		return -1
	case s.plain && indent > s.parent && body[indent] != '#':
		return -1
	case strings.HasPrefix(body, "%"):
		return -1
	case body == "---" || body == "..." || strings.HasPrefix(body, "--- "):
		at = len("---")
	}
	s.block, s.plain = false, false
	return s.value(body, at)
}

// value goes over dashes, keys, anchors and tags to the value of a line.
func (s *lineScanner) value(body string, at int) int {
	s.parent = -1
	for {
		for at < len(body) && (body[at] == ' ' || body[at] == '\t') {
			at++
		}
		if at == len(body) || body[at] == '#' {
			return -1
		}
		switch c := body[at]; {
		case (c == '-' || c == '?' || c == ':') && ends(body, at+1):
			s.parent = at
			at++
		case c == '&' || c == '!':
			for at < len(body) && body[at] != ' ' && body[at] != '\t' {
				at++
			}
		case c == '|' || c == '>':
			s.block = true
			return -1
		case c == '{' && unquoted(body[at:]):
			return at
		default:
			next := s.keyOrScalar(body, at)
			if next < 0 {
				return -1
			}
			s.parent, at = at, next
		}
	}
}

// keyOrScalar returns the offset behind the colon of a key, and -1 for a value.
func (s *lineScanner) keyOrScalar(body string, at int) int {
	switch body[at] {
	case '\'', '"', '[', '{':
		end := s.collection(body, at)
		rest := strings.TrimLeft(body[end:], " \t")
		if s.quote == 0 && s.flow == 0 && strings.HasPrefix(rest, ":") && ends(rest, 1) {
			return len(body) - len(rest) + 1
		}
		return -1
	}
	for i := at; i < len(body); i++ {
		if body[i] == ':' && ends(body, i+1) {
			return i + 1
		}
		if body[i] == '#' && (body[i-1] == ' ' || body[i-1] == '\t') {
			return -1
		}
	}
	s.plain = true
	return -1
}

// collection follows a quoted scalar or a flow collection to its end, which may
// be on a later line, and returns the offset behind it.
func (s *lineScanner) collection(body string, at int) int {
	before := byte(',') // the last character that is no blank
	for ; at < len(body); at++ {
		c := body[at]
		switch {
		case s.quote == '"' && c == '\\':
			at++
		case s.quote == '\'' && strings.HasPrefix(body[at:], "''"):
			at++
		case s.quote != 0:
			if c == s.quote {
				s.quote = 0
				if s.flow == 0 {
					return at + 1
				}
			}
		case (c == '"' || c == '\'') && strings.IndexByte("[{,:", before) >= 0:
			s.quote = c
		case c == '[' || c == '{':
			s.flow++
		case c == ']' || c == '}':
			if s.flow--; s.flow == 0 {
				return at + 1
			}
		case c == '#' && (at == 0 || body[at-1] == ' ' || body[at-1] == '\t'):
			return len(body)
		}
		if c != ' ' && c != '\t' {
			before = c
		}
	}
	return len(body)
}

// ends reports that an indicator before an offset is one: a blank or the end of
// the line follows it.
func ends(body string, at int) bool {
	return at >= len(body) || body[at] == ' ' || body[at] == '\t'
}
