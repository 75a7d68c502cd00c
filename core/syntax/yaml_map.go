package syntax

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

func (y *yamlReader) mapping(n *yaml.Node, start, depth int) (*Node, int) {
	out, last := &Node{Kind: schema.Map}, start
	first := map[string]diag.Range{}
	var merged []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		value, end := y.node(n.Content[i+1], depth+1)
		last = max(last, end)
		var where diag.Range
		if key.Tag == "!!merge" {
			where = y.span(y.start(key), y.start(key)+len("<<"))
			merged = append(merged, y.merged(value)...)
		} else {
			k := y.key(key, depth)
			if k == nil {
				y.sources.Seal(value.Region())
				continue
			}
			where = k.Range
		}
		if earlier, twice := first[key.Value]; twice {
			y.twice(key.Value, where, earlier, value)
			continue
		}
		first[key.Value] = where
		if key.Tag != "!!merge" {
			out.Entries = append(out.Entries, Entry{Key: key.Value, KeyRange: where, Value: value, mayHide: true})
		}
	}
	for _, m := range merged {
		for _, e := range m.Entries {
			if _, own := first[e.Key]; !own { // what stands first wins
				first[e.Key] = e.KeyRange
				out.Entries = append(out.Entries, e)
			}
		}
	}
	return out, last
}

// key is the node of a key; nil when it is no text, which is reported.
func (y *yamlReader) key(n *yaml.Node, depth int) *Node {
	if n.Kind == yaml.ScalarNode {
		found := len(y.found)
		k := y.scalar(n, y.start(n))
		y.found = y.found[:found] // there is no interpolation in keys
		if k.Kind == schema.String {
			return k
		}
		y.report(k.Range, "bad-key", fmt.Sprintf("a key must be text, not %s", k.Kind), "put it between quotes")
		return nil
	}
	start := y.start(n)
	hint := "name it in a word"
	if strings.HasPrefix(y.text.text[max(start-1, 0):], "{{") {
		hint = `put an expression that stands here between quotes: "{{…}}"`
	}
	y.report(y.span(start, start+1), "bad-key", "a key must be text", hint)
	return nil
}

// twice reports a key that stands twice. What belongs to it is masked: it may be
// a value.
func (y *yamlReader) twice(key string, at, earlier diag.Range, value *Node) {
	y.sources.Seal(value.Region())
	y.found = append(y.found, diag.Diagnostic{
		Severity: diag.Error, Code: "duplicate-key", Summary: twiceSummary(key), Range: at,
		Related: []diag.Related{{Range: earlier, Text: "the first one"}},
	})
}

// merged are the maps that a merge key brings in.
func (y *yamlReader) merged(n *Node) []*Node {
	maps := []*Node{n}
	if n.Kind == schema.List {
		maps = n.Items
	}
	for _, m := range maps {
		if m.Kind != schema.Map {
			y.sources.Seal(m.Region())
			y.report(m.Range, "bad-merge", fmt.Sprintf("<< merges maps, not %s", m.Kind), "")
			return nil
		}
	}
	return maps
}
