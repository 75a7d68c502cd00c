package syntax

import (
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// blocks writes an entry as blocks, if there are blocks for what it holds.
func (p *hclPrinter) blocks(e Entry, s shape) bool {
	if e.Key == "environments" && s["environment"].form == named {
		return p.environments(e, s["environment"])
	}
	for name, is := range s {
		if len(is.at) != 1 || is.at[0] != e.Key {
			continue
		}
		switch is.form {
		case named:
			return p.namedBlocks(name, is, e)
		case listed:
			if e.Value.Kind != schema.List || !allMaps(e.Value.Items) {
				return false
			}
			p.comments(Entry{notes: noted(e.remarks(), "")})
			for _, item := range e.Value.Items {
				p.labelled(name, is, item, item.notes.head())
			}
			return true
		default:
			if e.Value.Kind != schema.Map {
				return false
			}
			p.labelled(name, is, e.Value, e.remarks())
			return true
		}
	}
	return false
}

// namedBlocks writes a map of named things as a block for each.
func (p *hclPrinter) namedBlocks(name string, is block, e Entry) bool {
	if e.Value.Kind != schema.Map || !allMaps(e.Value.values()) {
		return false
	}
	p.comments(Entry{notes: noted(e.remarks(), "")})
	for _, thing := range e.Value.Entries {
		p.blank()
		p.comments(Entry{notes: noted(thing.remarks(), "")})
		p.block(name, []string{thing.Key}, thing.Value, is.body)
	}
	return true
}

// environments are a block for the settings of all, and one for each.
func (p *hclPrinter) environments(e Entry, is block) bool {
	profiles := e.Value.Entry("profiles")
	if e.Value.Kind != schema.Map || profiles == nil || profiles.Value.Kind != schema.Map || !allMaps(profiles.Value.values()) {
		return false
	}
	rest := *e.Value
	rest.Entries = slices.DeleteFunc(slices.Clone(e.Value.Entries), func(e Entry) bool { return e.Key == "profiles" })
	if !words(&rest) {
		return false
	}
	p.blank()
	p.comments(Entry{notes: noted(e.remarks(), "")})
	if len(rest.Entries) > 0 {
		p.block(e.Key, nil, &rest, nil)
	}
	return p.namedBlocks("environment", is, *profiles)
}

// labelled writes a map as a block with its labels, or without where they are not
// plain text or something else stands beside them.
func (p *hclPrinter) labelled(name string, is block, n *Node, comments []string) {
	p.blank()
	body, labels, more := shorten(is, n)
	for _, line := range append(comments, more...) {
		p.out.WriteString("#" + line + "\n")
	}
	if !p.block(name, labels, body, is.body) {
		p.cannot(n.Range, "what stands here", "")
	}
}

// shorten takes from a map what stands as labels, with the comments there. Where
// that cannot be, all of it is the body.
func shorten(is block, n *Node) (body *Node, labels, comments []string) {
	rest := *n
	rest.Entries = nil
	for _, e := range n.Entries {
		_, plain := e.Value.plainText()
		switch {
		case slices.Contains(is.labels, e.Key) && plain:
			comments = append(comments, e.remarks()...)
		case is.config && e.Key == "config" && e.Value.Kind == schema.Map && words(e.Value):
			comments = append(comments, e.remarks()...)
			rest.Entries = append(rest.Entries, e.Value.Entries...)
		case is.config, slices.Contains(is.labels, e.Key):
			return n, nil, nil
		default:
			rest.Entries = append(rest.Entries, e)
		}
	}
	for _, key := range is.labels {
		text, ok := n.Get(key).plainText()
		if !ok {
			return n, nil, nil
		}
		labels = append(labels, text)
	}
	if len(labels) == 0 {
		return n, nil, nil
	}
	return &rest, labels, comments
}

// remarks are all comments of an entry.
func (e Entry) remarks() []string {
	if e.notes.tail() == "" {
		return e.notes.head()
	}
	return append(slices.Clone(e.notes.head()), e.notes.tail())
}

// words reports whether all keys of a map can stand for themselves in a body.
func words(n *Node) bool {
	return !slices.ContainsFunc(n.Entries, func(e Entry) bool { return !word.MatchString(e.Key) })
}

// block writes a block; not when its body cannot be one.
func (p *hclPrinter) block(name string, labels []string, body *Node, s shape) bool {
	if !words(body) {
		if len(labels) == 0 {
			return false
		}
		for _, e := range body.Entries {
			if !word.MatchString(e.Key) {
				p.cannot(e.KeyRange, "the key "+diag.Printable(diag.Short(e.Key)), "use letters, digits, underscores and hyphens")
			}
		}
		return true
	}
	p.out.WriteString(name)
	for _, l := range labels {
		p.out.WriteString(" " + quoteHCL(l))
	}
	if len(body.Entries) == 0 {
		p.out.WriteString(" {}\n")
		return true
	}
	p.out.WriteString(" {\n")
	p.body(body, s, false)
	p.out.WriteString("}\n")
	return true
}
