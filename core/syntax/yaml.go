package syntax

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
)

// directive names the version of YAML that the language has, and the parser not.
var directive = regex.Of(`^%YAML 1\.2[ \t\r]*\n`)

// parseYAML is the YAML front end.
func parseYAML(file string, text []byte, sources *diag.Sources) (*Node, diag.List) {
	if directive.Match(text) {
		text = slices.Clone(text)
		text[0] = '#'
	}
	quoted, moved := prequote(text)
	y := &yamlReader{file: file, text: newText(text), moved: moved, sources: sources}
	var document yaml.Node
	err := yaml.Load(quoted, &document, yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		sources.Hide(file)
		return nil, diag.List{y.loadFault(err)}
	}
	root := y.root(&document)
	if root.Kind == schema.Null && !root.Broken && !y.full {
		return nil, diag.List{emptyFile(root.Range)}
	}
	if y.full {
		sources.Hide(file)
		return nil, y.found
	}
	return root, y.found
}

type yamlReader struct {
	file    string
	text    *sourceText
	moved   quotes
	sources *diag.Sources
	starts  []int // where each node begins, sorted
	nodes   int
	aliased int // nodes made of aliases
	inAlias int
	anchors bool // nodes may be read again through aliases
	full    bool // a bound was hit and has been reported
	found   diag.List
}

func (y *yamlReader) root(document *yaml.Node) *Node {
	if document.Kind == yaml.DocumentNode && len(document.Content) > 0 {
		document = document.Content[0]
	}
	y.collect(document)
	slices.Sort(y.starts)
	y.starts = slices.Compact(y.starts)
	root, _ := y.node(document, 0)
	return root
}

// collect notes where nodes begin: a node ends before the next one does.
func (y *yamlReader) collect(n *yaml.Node) {
	y.starts = append(y.starts, y.start(n))
	y.anchors = y.anchors || n.Anchor != ""
	for _, child := range n.Content {
		y.collect(child)
	}
}

// start is the offset of a node's content, behind its anchor and tag.
func (y *yamlReader) start(n *yaml.Node) int {
	offset := y.text.offset(n.Line, y.moved.original(n.Line, n.Column))
	if n.Kind == yaml.AliasNode || n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 {
		return offset
	}
	rest := y.text.text[offset:]
	for strings.HasPrefix(rest, "&") || strings.HasPrefix(rest, "!") {
		end := strings.IndexAny(rest, " \t\r\n")
		if end < 0 {
			end = len(rest)
		}
		rest = strings.TrimLeft(rest[end:], " \t")
		if n.Kind != yaml.ScalarNode {
			rest = strings.TrimLeft(rest, " \t\r\n")
		}
	}
	return len(y.text.text) - len(rest)
}

// behind is the offset where what begins at last, and all before it, has ended.
func (y *yamlReader) behind(last int) int {
	next := len(y.text.text)
	if i, _ := slices.BinarySearch(y.starts, last+1); i < len(y.starts) {
		next = y.starts[i]
	}
	between := y.text.text[last:next]
	if i := strings.LastIndexByte(between, '\n'); i >= 0 {
		between = between[:i]
	}
	return last + len(strings.TrimRight(between, " \t\r\n"))
}

// node turns a YAML node into ours. It also returns where the last node in it
// begins.
func (y *yamlReader) node(n *yaml.Node, depth int) (*Node, int) {
	y.nodes++
	if y.inAlias > 0 {
		y.aliased++
	}
	start := y.start(n)
	if y.nodes > maxNodes || y.aliased > maxAlias || depth > maxDepth {
		y.tooMuch(start)
		return &Node{Kind: schema.Null, Range: y.span(start, start)}, start
	}
	var out *Node
	last := start
	switch n.Kind {
	case yaml.MappingNode:
		out, last = y.mapping(n, start, depth)
	case yaml.SequenceNode:
		out, last = y.sequence(n, start, depth)
	case yaml.AliasNode:
		y.inAlias++
		out, _ = y.node(n.Alias, depth+1)
		y.inAlias--
		return out, start
	default:
		out = y.scalar(n, start)
	}
	if !y.anchors {
		n.Content = nil // two trees of a large file need not be in memory at once
	}
	out.regionEnd = y.text.pos(max(y.behind(last), out.Range.End.Offset))
	if n.Kind != yaml.ScalarNode {
		out.Range = y.span(start, out.regionEnd.Offset)
		y.refuseTag(n, out)
	}
	return out, last
}

func (y *yamlReader) sequence(n *yaml.Node, start, depth int) (*Node, int) {
	out, last := &Node{Kind: schema.List}, start
	for _, item := range n.Content {
		child, end := y.node(item, depth+1)
		out.Items, last = append(out.Items, child), max(last, end)
	}
	return out, last
}

func (y *yamlReader) refuseTag(n *yaml.Node, out *Node) {
	own := map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.MappingNode: "!!map", yaml.SequenceNode: "!!seq"}[n.Kind]
	if n.Style&yaml.TaggedStyle == 0 || n.Tag == own {
		return
	}
	at := y.text.offset(n.Line, y.moved.original(n.Line, n.Column))
	y.sources.Seal(y.span(at, out.regionEnd.Offset)) // text that begins with ! looks like a tag
	y.report(y.span(at, at+1), "bad-tag", "a tag is no part of the language", "put text that begins with ! between quotes")
}

func (y *yamlReader) tooMuch(at int) {
	if !y.full {
		y.full = true
		y.report(y.span(at, at), "too-much", "the file is nested too deeply, or its aliases stand for too much", "write out what the aliases stand for")
	}
}

func (y *yamlReader) report(at diag.Range, code, summary, hint string) {
	y.found = append(y.found, diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: at})
}

func (y *yamlReader) span(from, to int) diag.Range { return y.text.span(y.file, from, to) }

// indicator is a character of YAML within a message of the parser. Anything longer
// between quotes is a piece of the file.
var indicator = regex.Of(`'.'`)

// loadFault is a syntax error in our words and with our position. It quotes
// nothing: a password that begins with a special character is a syntax error too.
func (y *yamlReader) loadFault(err error) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "syntax", Summary: "the file is not valid YAML", Hint: "indent with spaces, and put text that begins with a special character between quotes"}
	if strings.Contains(err.Error(), "no documents") {
		return emptyFile(y.span(0, 0))
	}
	if second := y.text.secondDocument(); strings.Contains(err.Error(), "found multiple") && second > 0 {
		at := y.text.lines[second-1]
		d.Code, d.Summary, d.Hint = "second-document", "the file holds a second document", "a Secretfile is one document; remove the line ---"
		d.Range = y.span(at, at+len("---"))
		return d
	}
	load, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return d
	}
	if load.Mark.Line > 0 {
		at := y.text.offset(load.Mark.Line, y.moved.original(load.Mark.Line, load.Mark.Column))
		d.Range = y.span(at, at)
	}
	switch {
	case strings.Contains(load.Message, "max depth"):
		d.Code, d.Summary, d.Hint = "too-much", "the file is nested too deeply", ""
	case strings.HasPrefix(load.Message, "unknown anchor"):
		d.Detail, d.Hint = "an alias names no anchor", "put text that begins with * between quotes"
	case !strings.ContainsAny(indicator.ReplaceAllString(load.ContextMsg+load.Message, ""), "'\"`"):
		d.Detail = strings.TrimPrefix(load.ContextMsg+": "+load.Message, ": ")
	}
	return d
}
