package syntax

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/sdk/schema"
)

// ReadComments finds the comments of a text and gives each to the entry or item
// that it stands before or behind, for [Print] to write. Those behind the last go
// to the root.
func ReadComments(root *Node, text []byte, language Language) {
	text = []byte(strings.TrimPrefix(string(text), byteOrderMark))
	c := &commenter{text: newText(text)}
	if language == HCL {
		c.scanHCL(text)
	} else {
		c.scanYAML(string(text))
	}
	c.node(root)
	root.notes = noted(c.before(len(c.text.lines)+1), "")
}

// commentLine is a comment on lines of its own.
type commentLine struct {
	number int
	text   string
}

type commenter struct {
	text  *sourceText
	lines []commentLine // in the order of the file; those that have been given are cut off
}

// scanYAML finds comments that stand alone. Lines that go on from others are text.
func (c *commenter) scanYAML(text string) {
	var scan lineScanner
	number := 0
	for line := range strings.Lines(text) {
		number++
		body := strings.TrimRight(line, "\r\n")
		inside := scan.continues(body) && scan.flow == 0
		quoted := scan.quote != 0
		scan.line(body)
		if trimmed := strings.TrimSpace(body); !inside && !quoted && strings.HasPrefix(trimmed, "#") {
			c.lines = append(c.lines, commentLine{number, trimmed[1:]})
		}
	}
}

// scanHCL finds comments that stand alone. The other two forms become the one with
// a number sign.
func (c *commenter) scanHCL(text []byte) {
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	last := 0 // the line of the last token that is no comment
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenNewline {
			continue
		}
		if t.Type != hclsyntax.TokenComment {
			last = t.Range.End.Line
			continue
		}
		if t.Range.Start.Line == last {
			continue
		}
		for i, line := range strings.Split(strings.TrimRight(uncomment(string(t.Bytes)), "\r\n"), "\n") {
			c.lines = append(c.lines, commentLine{t.Range.Start.Line + i, strings.TrimRight(line, "\r")})
		}
	}
}

// uncomment takes the marks of a comment away.
func uncomment(text string) string {
	switch {
	case strings.HasPrefix(text, "#"):
		return text[1:]
	case strings.HasPrefix(text, "//"):
		return text[2:]
	}
	return strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")
}

// before takes the comments above a line.
func (c *commenter) before(line int) []string {
	var texts []string
	for len(c.lines) > 0 && c.lines[0].number < line {
		texts = append(texts, c.lines[0].text)
		c.lines = c.lines[1:]
	}
	return texts
}

// behind is the comment between an offset and the end of its line.
func (c *commenter) behind(offset int) string {
	line, _, _ := strings.Cut(c.text.text[min(offset, len(c.text.text)):], "\n")
	line = strings.TrimSpace(line)
	line = strings.TrimSpace(strings.TrimLeft(line, ",:="))
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") {
		return strings.TrimSuffix(uncomment(line), "*/")
	}
	return ""
}

func (c *commenter) node(n *Node) {
	for i := range n.Entries {
		e := &n.Entries[i]
		e.notes = noted(c.before(e.KeyRange.Start.Line), c.tail(e))
		c.node(e.Value)
	}
	for _, item := range n.Items {
		lines, behind := c.before(item.Range.Start.Line), ""
		if item.Kind != schema.Map && item.Kind != schema.List {
			behind = c.behind(item.Range.End.Offset)
		}
		item.notes = noted(lines, behind)
		c.node(item)
	}
}

// tail is the comment behind an entry: behind its value, or behind the key of one
// whose value is below.
func (c *commenter) tail(e *Entry) string {
	at := e.Value.Range
	if e.Value.Kind == schema.Map || e.Value.Kind == schema.List || e.Value.Kind == schema.Null {
		if text := c.behind(e.KeyRange.End.Offset); text != "" || at.Start.Line != at.End.Line {
			return text
		}
	}
	return c.behind(at.End.Offset)
}

// footer are the comments behind the last entry of a file.
func (n *Node) footer() []byte {
	var out []byte
	for _, line := range n.notes.head() {
		out = append(out, "#"+line+"\n"...)
	}
	return out
}
