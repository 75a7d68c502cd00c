package format

import (
	"bytes"
	"errors"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/sdk/secret"
)

// yamlDocument is a YAML mapping. A change is made in the text (yaml_text.go), so that
// what is not ours keeps its bytes. A text in which that cannot be done, such as a
// mapping in braces, is written anew: its comments, order and foreign keys are kept
// then, and its blank lines are not. How values are written is in yaml_value.go.
type yamlDocument struct {
	text     []byte
	document yaml.Node // what the text means
}

func parseYAML(text []byte) (Document, error) {
	d := &yamlDocument{text: bytes.Clone(text)}
	commented := onlyComments(text)
	loaded := text
	if commented {
		loaded = slices.Concat(text, []byte("\n{}\n")) // proves that they can be read with something after them
	}
	if err := yaml.Load(loaded, &d.document); err != nil || d.document.Kind != yaml.DocumentNode || len(d.document.Content) != 1 {
		return nil, errors.New("it is not valid YAML of one document")
	}
	root := d.root()
	if commented && root.Kind == yaml.MappingNode && len(root.Content) == 0 || root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		d.document = emptyYAML()
		return d, nil
	}
	if root.Kind != yaml.MappingNode || commented {
		return nil, errors.New("it is not a YAML mapping")
	}
	keys := d.Keys()
	slices.Sort(keys)
	if len(slices.Compact(keys)) < len(root.Content)/2 {
		return nil, errors.New("a key is there twice, or is not a plain text")
	}
	return d, nil
}

// spellNull writes out what stands for null by not being there. Within braces and
// brackets the library would make an empty text of it.
func spellNull(n *yaml.Node, flow bool) {
	flow = flow || n.Style&yaml.FlowStyle != 0
	if flow && n.Kind == yaml.ScalarNode && n.Value == "" && n.ShortTag() == "!!null" {
		n.Value = "null"
	}
	for _, part := range n.Content {
		spellNull(part, flow)
	}
}

func onlyComments(text []byte) bool {
	for line := range bytes.Lines(text) {
		if line = bytes.Trim(line, " \t\r\n"); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

func emptyYAML() yaml.Node {
	return yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
}

func (d *yamlDocument) root() *yaml.Node { return d.document.Content[0] }

// find is where the value of a key is, or -1.
func (d *yamlDocument) find(key string) int {
	content := d.root().Content
	for i := 0; i+1 < len(content); i += 2 {
		if content[i].Kind == yaml.ScalarNode && content[i].Value == key {
			return i + 1
		}
	}
	return -1
}

// Get finds a member.
func (d *yamlDocument) Get(key string) (secret.Payload, bool) {
	i := d.find(key)
	if i < 0 {
		return secret.Payload{}, false
	}
	budget := maxNodes
	return fromYAML(d.root().Content[i], &budget), true
}

// Keys are the names of the members.
func (d *yamlDocument) Keys() []string {
	var keys []string
	for i := 0; i+1 < len(d.root().Content); i += 2 {
		if name := d.root().Content[i]; name.Kind == yaml.ScalarNode {
			keys = append(keys, name.Value)
		}
	}
	return keys
}

// Set gives a member a value.
func (d *yamlDocument) Set(key string, p secret.Payload) error {
	i := d.find(key)
	if i >= 0 && d.root().Content[i].Anchor != "" {
		return errors.New("other keys of the file refer to the value that is there by its anchor")
	}
	if d.setInText(key, p) {
		return nil
	}
	node := toYAML(p)
	if i < 0 {
		d.root().Content = append(d.root().Content, yamlName(key), node)
	} else {
		old := d.root().Content[i]
		node.HeadComment, node.LineComment, node.FootComment = old.HeadComment, old.LineComment, old.FootComment
		d.root().Content[i] = node
	}
	return d.rewrite()
}

// Delete removes a member. A comment above it stays where it can.
func (d *yamlDocument) Delete(key string) {
	i := d.find(key)
	if i < 0 || d.deleteInText(key) {
		return
	}
	d.root().Content = slices.Delete(d.root().Content, i-1, i+1)
	_ = d.rewrite() // what cannot be written cannot be read either, which Verify finds
}

// Empty reports that there is no member and no comment.
func (d *yamlDocument) Empty() bool {
	if len(d.root().Content) > 0 {
		return false
	}
	for line := range bytes.Lines(d.text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '#' {
			return false
		}
	}
	return true
}

// Bytes is the file.
func (d *yamlDocument) Bytes() ([]byte, error) { return d.text, nil }

// rewrite makes the text anew of what it means. Lines are not broken: a value is
// easier to find in one.
func (d *yamlDocument) rewrite() error {
	spellNull(d.root(), false)
	text, err := yaml.Dump(&d.document, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return errors.New("the values cannot be written as YAML")
	}
	d.text = text
	return nil
}
