package syntax

import (
	"slices"
	"strings"
)

// The formatter of YAML goes line by line and changes nothing but the blanks before
// a line, behind dashes and at its end, and quotes around unquoted expressions. It
// knows from the scanner of prequote_scan.go which lines begin something; what goes
// on from an earlier line moves with it.

// level is an indentation that is open: where it was, and where it goes.
type level struct {
	was, is int
	dash    bool // of a sequence
}

type yamlFormatter struct {
	scan   lineScanner
	levels []level
	out    []string
	// held are comments and blank lines, which go where what follows them goes.
	held  []string
	shift int // how far the line that is going on was moved
}

func formatYAML(text []byte) []byte {
	f := &yamlFormatter{}
	for line := range strings.Lines(string(text)) {
		f.line(strings.TrimRight(line, "\n"))
	}
	f.release(0, 0, f.levels)
	return []byte(strings.Join(f.squeezed(), "\n") + "\n")
}

// goesOn marks a line that must not be looked at: it is a piece of a text.
const goesOn = "\x00"

func (f *yamlFormatter) line(body string) {
	before := f.scan
	at := f.scan.line(body)
	trimmed := strings.TrimSpace(body)
	indent := len(body) - len(strings.TrimLeft(body, " "))
	switch {
	case before.continues(body):
		f.more(body, before)
	case trimmed == "" || trimmed[0] == '#':
		f.held = append(f.held, body)
	case strings.HasPrefix(body, "---") || strings.HasPrefix(body, "...") || strings.HasPrefix(body, "%"):
		f.release(0, 0, f.levels)
		f.out = append(f.out, strings.TrimRight(body, " \t"))
		f.levels = nil
	default:
		if at >= 0 {
			end := at + scalarEnd(body[at:])
			body = body[:at] + requote(body[at:end]) + body[end:]
		}
		f.begin(body, indent)
	}
}

// continues reports that a line goes on from the one before it.
func (s lineScanner) continues(body string) bool {
	indent := len(body) - len(strings.TrimLeft(body, " "))
	blank := strings.TrimSpace(body) == ""
	switch {
	case s.quote != 0 || s.flow > 0:
		return true
	case s.block:
		return blank || indent > s.parent
	case s.plain:
		return !blank && indent > s.parent && body[indent] != '#'
	}
	return false
}

// requote puts an unquoted expression between quotes, so that every reader of YAML
// takes it for text.
func requote(text string) string {
	if !strings.ContainsAny(text, `"\`) {
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// more moves a line that goes on as far as its first one was moved.
func (f *yamlFormatter) more(body string, scan lineScanner) {
	f.release(0, 0, nil)
	text := strings.TrimLeft(body, " ")
	switch blanks := len(body) - len(text); {
	case text == "" && !scan.block:
		body = ""
	case text == "" && blanks+f.shift <= 0:
		body = ""
	default:
		body = strings.Repeat(" ", max(0, blanks+f.shift)) + text
	}
	f.out = append(f.out, goesOn+body)
}

// begin places a line that begins something.
func (f *yamlFormatter) begin(body string, indent int) {
	text := strings.TrimRight(body[indent:], " \t")
	open := slices.Clone(f.levels)
	is := f.place(indent, isDash(text))
	f.release(is, indent, open)
	var line strings.Builder
	line.WriteString(strings.Repeat(" ", is))
	was := indent
	for isDash(text) {
		rest := strings.TrimLeft(text[1:], " \t")
		if rest == "" || rest[0] == '#' {
			break
		}
		was += len(text) - len(rest)
		line.WriteString("- ")
		is += 2
		text = rest
		if isDash(text) || beginsMap(text) {
			f.levels = append(f.levels, level{was, is, isDash(text)})
		}
	}
	line.WriteString(text)
	f.shift = is - was
	f.out = append(f.out, line.String())
}

// beginsMap reports text that begins with a key, behind anchors and tags.
func beginsMap(text string) bool {
	for strings.HasPrefix(text, "&") || strings.HasPrefix(text, "!") {
		_, rest, _ := strings.Cut(text, " ")
		text = strings.TrimLeft(rest, " \t")
	}
	return text != "" && text[0] != '#' && (&lineScanner{}).keyOrScalar(text, 0) >= 0
}

func isDash(text string) bool { return strings.HasPrefix(text, "-") && ends(text, 1) }

// place finds where a line goes that stood at an indentation.
func (f *yamlFormatter) place(was int, dash bool) int {
	for len(f.levels) > 0 && f.levels[len(f.levels)-1].was > was {
		f.levels = f.levels[:len(f.levels)-1]
	}
	// A sequence may stand as far left as the key that it belongs to.
	for len(f.levels) > 0 && f.top().was == was && f.top().dash && !dash {
		f.levels = f.levels[:len(f.levels)-1]
	}
	if len(f.levels) > 0 && f.top().was == was && f.top().dash == dash {
		return f.top().is
	}
	is := 0
	if len(f.levels) > 0 {
		is = f.top().is + 2
	}
	f.levels = append(f.levels, level{was, is, dash})
	return is
}

func (f *yamlFormatter) top() level { return f.levels[len(f.levels)-1] }

// release writes the comments that were held. They go where the line that follows
// them goes, but for those further right at an indentation that was open until
// then: they belong to what stands above.
func (f *yamlFormatter) release(next, was int, open []level) {
	for _, body := range f.held {
		text := strings.TrimSpace(body)
		if text == "" {
			f.out = append(f.out, "")
			continue
		}
		at := next
		column := len(body) - len(strings.TrimLeft(body, " "))
		for _, l := range open {
			if l.was == column && column > was {
				at = l.is
			}
		}
		f.out = append(f.out, strings.Repeat(" ", at)+text)
	}
	f.held = nil
}

// squeezed makes one of several blank lines that are no pieces of texts, and takes
// them from the ends.
func (f *yamlFormatter) squeezed() []string {
	var out []string
	for _, line := range f.out {
		text, inText := strings.CutPrefix(line, goesOn)
		if !inText && text == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, text)
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}
