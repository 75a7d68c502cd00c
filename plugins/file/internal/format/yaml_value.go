package format

import (
	"encoding/json"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// toYAML quotes every text, so that none is taken for a number or a date.
func toYAML(p secret.Payload) *yaml.Node {
	text := string(p.Scalar().Expose())
	switch p.Type() {
	case secret.Object:
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, f := range p.Fields() {
			node.Content = append(node.Content, yamlName(f.Name), toYAML(f.Value))
		}
		return node
	case secret.List:
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range p.Items() {
			node.Content = append(node.Content, toYAML(item))
		}
		return node
	case secret.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: text} // a tag would be written where a reader would guess another
	case secret.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: text}
	case secret.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}
}

// yamlPlainName is a key that needs no quotes. What could be read as a boolean or
// null by some reader is quoted.
var (
	yamlPlainName = regex.Of(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	yamlWord      = regex.Of(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

func yamlName(key string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}
	if !yamlPlainName.MatchString(key) || yamlWord.MatchString(key) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// maxNodes bounds what is followed of one value, also through aliases: a few lines
// of them can stand for more than a machine holds.
const maxNodes = 100_000

func fromYAML(n *yaml.Node, budget *int) secret.Payload {
	if *budget--; *budget < 0 {
		return secret.Payload{}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return fromYAML(n.Alias, budget)
	case yaml.MappingNode:
		fields := []secret.Field{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			fields = append(fields, secret.Field{Name: n.Content[i].Value, Value: fromYAML(n.Content[i+1], budget)})
		}
		return secret.NewObject(fields)
	case yaml.SequenceNode:
		items := []secret.Payload{}
		for _, item := range n.Content {
			items = append(items, fromYAML(item, budget))
		}
		return secret.NewList(items)
	}
	return scalarYAML(n)
}

func scalarYAML(n *yaml.Node) secret.Payload {
	value := secret.FromString(n.Value)
	switch n.ShortTag() {
	case "!!int", "!!float":
		if json.Valid(value.Expose()) { // 0x1F and .inf are numbers of YAML only
			return secret.Scalar(secret.Number, value)
		}
	case "!!bool":
		if json.Valid(value.Expose()) {
			return secret.Scalar(secret.Bool, value)
		}
	case "!!null":
		return secret.Scalar(secret.Null, secret.Value{})
	}
	return secret.NewText(value)
}
