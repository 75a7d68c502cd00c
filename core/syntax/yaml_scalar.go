package syntax

import (
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
)

// The scalars of the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2). All else
// is text: yes, on and dates too.
var (
	nullForm   = regex.Of(`^(?:~|null|Null|NULL|)$`)
	boolForm   = regex.Of(`^(?:true|True|TRUE|false|False|FALSE)$`)
	numberForm = regex.Of(`^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$`)
)

const (
	quotedStyles = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle
	blockStyles  = yaml.LiteralStyle | yaml.FoldedStyle
)

func (y *yamlReader) scalar(n *yaml.Node, start int) *Node {
	end := y.scalarEnd(n, start)
	out := &Node{Kind: schema.String, Text: n.Value, Range: y.span(start, end)}
	out.regionEnd = out.Range.End
	plain := n.Style&(quotedStyles|blockStyles|yaml.TaggedStyle) == 0
	switch {
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str":
		y.refuseTag(n, out)
		out.Broken = true
	case plain && nullForm.MatchString(n.Value):
		out.Kind = schema.Null
		if n.Anchor != "" {
			at := y.text.offset(n.Line, n.Column)
			y.sources.Seal(y.span(at, max(end, start)))
			out.Broken = true
			y.report(y.span(at, at+1), "empty-anchor", "an anchor marks nothing", "put text that begins with & between quotes")
		}
	case plain && boolForm.MatchString(n.Value):
		out.Kind, out.Text = schema.Bool, strings.ToLower(n.Value)
	case plain && numberForm.MatchString(n.Value):
		out.Kind = schema.Number
	case strings.Contains(n.Value, "{{") || strings.Contains(n.Value, "${"):
		parts, found := interpolate(y.file, n.Value, y.places(n.Value, start, end))
		out.Parts, out.Broken = parts, len(found) > 0
		y.found = append(y.found, found...)
	}
	return out
}

// scalarEnd is where a scalar ends in the file: exactly for quoted scalars and
// those on one line, else where the next node leaves off.
func (y *yamlReader) scalarEnd(n *yaml.Node, start int) int {
	source := y.text.text[start:]
	switch {
	case n.Style&blockStyles != 0:
	case y.moved.offsets[start], n.Style&quotedStyles == 0:
		if strings.HasPrefix(source, n.Value) {
			return start + len(n.Value)
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		return start + quotedEnd(source, '\'')
	default:
		return start + quotedEnd(source, '"')
	}
	return max(start, y.behind(start))
}

// quotedEnd is the length of a quoted scalar with its quotes.
func quotedEnd(source string, quote byte) int {
	for i := 1; i < len(source); i++ {
		switch {
		case quote == '"' && source[i] == '\\':
			i++
		case quote == '\'' && strings.HasPrefix(source[i:], "''"):
			i++
		case source[i] == quote:
			return i + 1
		}
	}
	return len(source)
}

// places maps offsets in the value of a scalar to the file. Escapes and folding
// change what lies between, so the n-th opening of an expression in the value is
// taken for the n-th in the source; where these do not agree, the place is the
// start of the scalar.
func (y *yamlReader) places(value string, start, end int) at {
	inValue, inSource := openings(value), openings(y.text.text[start:end])
	if len(inValue) != len(inSource) {
		return at{func(int) int { return start }, y.text.pos}
	}
	return at{func(offset int) int {
		i := sort.SearchInts(inValue, offset+1) - 1
		if i < 0 {
			return start
		}
		return min(start+inSource[i]+offset-inValue[i], end)
	}, y.text.pos}
}

func openings(text string) []int {
	var found []int
	for i := 0; i+1 < len(text); i++ {
		if text[i+1] == '{' && (text[i] == '{' || text[i] == '$') {
			found = append(found, i)
			i++
		}
	}
	return found
}
