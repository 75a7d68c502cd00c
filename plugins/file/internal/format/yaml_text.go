package format

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// setInText gives a member a value by changing nothing but the lines that it stands
// on. It reports whether the text then means what it should; if not, nothing changed.
func (d *yamlDocument) setInText(key string, p secret.Payload) bool {
	rendered, err := yaml.Dump(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{yamlName("k"), toYAML(p)}}, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return false
	}
	value := strings.TrimSuffix(strings.TrimPrefix(string(rendered), "k:"), "\n")
	e, ok := d.entry(key)
	switch {
	case d.find(key) < 0:
		return d.become(d.appended(key, value), key, &p)
	case !ok:
		return false
	case e.valueEnd > 0 && !strings.Contains(value, "\n"):
		line := e.line[:e.valueStart] + strings.TrimPrefix(value, " ") + e.line[e.valueEnd:]
		if e.valueStart == e.colon+1 {
			line = e.line[:e.valueStart] + value + e.line[e.valueEnd:]
		}
		return d.become(e.replaced(line), key, &p)
	}
	first, rest, nested := strings.Cut(value, "\n")
	if e.comment != "" {
		first += " " + e.comment
	}
	if nested {
		first += "\n" + rest
	}
	return d.become(e.replaced(e.line[:e.colon+1]+e.indented(first)+e.lineEnd), key, &p)
}

// deleteInText removes the lines of a member.
func (d *yamlDocument) deleteInText(key string) bool {
	e, ok := d.entry(key)
	return ok && d.become(e.replaced(""), key, nil)
}

// appended is the text with one more member at its end.
func (d *yamlDocument) appended(key, value string) []byte {
	text := string(d.text)
	end := lineEnd(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += end
	}
	name, err := yaml.Dump(yamlName(key))
	if err != nil {
		return nil
	}
	e := yamlEntry{lineEnd: end}
	if content := d.root().Content; len(content) > 0 {
		e.indent = strings.Repeat(" ", max(content[0].Column-1, 0))
	}
	return []byte(text + e.indent + strings.TrimSuffix(string(name), "\n") + ":" + e.indented(value) + end)
}

// become takes a text for the document's if it holds p at the key, or no such key for
// nil, and every other member as before.
func (d *yamlDocument) become(text []byte, key string, p *secret.Payload) bool {
	parsed, err := parseYAML(text)
	if err != nil {
		return false
	}
	next := parsed.(*yamlDocument)
	wanted := slices.DeleteFunc(d.Keys(), func(k string) bool { return p == nil && k == key })
	if p != nil && d.find(key) < 0 {
		wanted = append(wanted, key)
	}
	if !slices.Equal(wanted, next.Keys()) {
		return false
	}
	for _, k := range wanted {
		if k == key {
			if held, ok := next.Get(key); !ok || !held.Equal(*p) {
				return false
			}
		} else if !sameYAML(d.root().Content[d.find(k)], next.root().Content[next.find(k)]) {
			return false
		}
	}
	*d = *next
	return true
}

// sameYAML compares what two nodes mean, and not where they stand.
func sameYAML(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.ShortTag() != b.ShortTag() || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameYAML(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// yamlLine is a line with its end, of which YAML has three.
var yamlLine = regex.Of(`[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$`)

// lineEnd is how the lines of a text end.
func lineEnd(text string) string {
	if first, _, _ := strings.Cut(text, "\n"); strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}

// blankOrComment reports a line that belongs to no member: an empty one, or a comment
// that is not indented further than the keys.
func blankOrComment(line []byte, indent int) bool {
	text := bytes.TrimLeft(line, " ")
	return len(bytes.TrimSpace(text)) == 0 || text[0] == '#' && len(line)-len(text) <= indent
}
