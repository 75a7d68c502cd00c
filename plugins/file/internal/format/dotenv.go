package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

var (
	dotenvKey   = regex.Of(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	dotenvStart = regex.Of(`^([ \t]*(?:export[ \t]+)?)([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*`)
	dotenvTail  = regex.Of(`^(?:[ \t]+#[^\r\n]*|[ \t]*)\r?$`)
)

// dotenv is a file of NAME=value lines. A line that is no assignment, such as a
// comment, is kept as it is. How a value is quoted is in dotenv_value.go.
type dotenv struct {
	mark  string // of the byte order, as some editors write it
	lines []dotenvLine
}

// dotenvLine is one line, or the several that a quoted value spans.
type dotenvLine struct {
	text   string // with its end
	key    string // empty for what is no assignment
	prefix string // what stands before the key: blanks, export
	tail   string // what stands after the value: a comment, the line's end
	value  secret.Value
}

func parseDotenv(text []byte) (Document, error) {
	rest, marked := strings.CutPrefix(string(text), byteOrderMark)
	d := &dotenv{}
	if marked {
		d.mark = byteOrderMark
	}
	for rest != "" {
		line, err := dotenvNext(rest)
		if err != nil {
			return nil, err
		}
		d.lines = append(d.lines, line)
		rest = rest[len(line.text):]
	}
	return d, nil
}

// dotenvNext reads the first line of text.
func dotenvNext(text string) (dotenvLine, error) {
	m := dotenvStart.FindStringSubmatchIndex(text)
	if m == nil {
		return dotenvLine{text: firstLine(text)}, nil
	}
	line := dotenvLine{prefix: text[m[2]:m[3]], key: text[m[4]:m[5]]}
	value, used, err := dotenvValue(text[m[1]:])
	if err != nil {
		return dotenvLine{}, fmt.Errorf("the value of %s: %w", line.key, err)
	}
	end := m[1] + used
	tail := firstLine(text[end:])
	line.text, line.value = text[:end]+tail, value
	if dotenvTail.MatchString(strings.TrimSuffix(tail, "\n")) {
		line.tail = tail
		return line, nil
	}
	// Readers do not agree on what follows a closing quote. The line is kept, and
	// its value is all of it.
	line.value = secret.FromString(strings.TrimRight(line.text[m[1]:], "\r\n"))
	return line, nil
}

// firstLine is the first line of text with its end.
func firstLine(text string) string {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Get finds the last assignment, which is the one that readers take.
func (d *dotenv) Get(key string) (secret.Payload, bool) {
	for i := len(d.lines) - 1; i >= 0; i-- {
		if d.lines[i].key == key {
			return secret.NewText(d.lines[i].value), true
		}
	}
	return secret.Payload{}, false
}

// Keys are the names assigned, each once.
func (d *dotenv) Keys() []string {
	var keys []string
	seen := map[string]bool{}
	for _, l := range d.lines {
		if l.key != "" && !seen[l.key] {
			seen[l.key] = true
			keys = append(keys, l.key)
		}
	}
	return keys
}

// Set replaces every assignment of the key by one in the place of the first.
func (d *dotenv) Set(key string, p secret.Payload) error {
	line := dotenvLine{key: key, tail: "\n", value: p.Scalar()}
	at := slices.IndexFunc(d.lines, func(l dotenvLine) bool { return l.key == key })
	if at >= 0 {
		line.prefix = d.lines[at].prefix
		if tail := d.lines[at].tail; tail != "" {
			line.tail = tail
		}
	}
	line.text = line.prefix + key + "=" + dotenvQuote(p.Scalar()) + line.tail
	if at < 0 {
		d.endLastLine()
		d.lines = append(d.lines, line)
		return nil
	}
	d.lines[at] = line
	rest := slices.DeleteFunc(d.lines[at+1:], func(l dotenvLine) bool { return l.key == key })
	d.lines = d.lines[:at+1+len(rest)]
	return nil
}

// Delete removes every assignment of the key.
func (d *dotenv) Delete(key string) {
	d.lines = slices.DeleteFunc(d.lines, func(l dotenvLine) bool { return l.key == key })
}

func (d *dotenv) endLastLine() {
	if n := len(d.lines); n > 0 && !strings.HasSuffix(d.lines[n-1].text, "\n") {
		d.lines[n-1].text += "\n"
	}
}

// Empty reports that there is no assignment and no comment.
func (d *dotenv) Empty() bool {
	return !slices.ContainsFunc(d.lines, func(l dotenvLine) bool { return strings.TrimSpace(l.text) != "" })
}

// Bytes is the file.
func (d *dotenv) Bytes() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(d.mark)
	for _, l := range d.lines {
		out.WriteString(l.text)
	}
	return out.Bytes(), nil
}
