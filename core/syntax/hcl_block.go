package syntax

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// block puts what a block stands for into the node of the body that it is in.
func (h *hclReader) block(into *Node, b *hclsyntax.Block, s shape) {
	is, known := s[b.Type]
	if !known {
		is = block{at: []string{b.Type}, form: single}
	}
	at := h.at(b.Range())
	at.End = h.at(b.CloseBraceRange).End
	name := h.at(b.TypeRange)
	body := h.body(b.Body, is.body, at)
	if !h.labelled(b, is, known) {
		// What it is for is not known, so what it holds is not shown.
		h.sources.Seal(body.Region())
		return
	}
	if is.form == named {
		holder := h.holder(into, is.at, schema.Map, name, at)
		if holder != nil {
			h.add(holder, b.Labels[0], h.at(b.LabelRanges[0]), body)
		}
		return
	}
	thing := h.withLabels(b, is, body)
	last := len(is.at) - 1
	if is.form == single {
		h.add(into, is.at[last], name, thing)
		return
	}
	if list := h.holder(into, is.at, schema.List, name, at); list != nil {
		list.Items = append(list.Items, thing)
	}
}

// labelled reports a block with another number of labels than its kind has.
func (h *hclReader) labelled(b *hclsyntax.Block, is block, known bool) bool {
	have, want := len(b.Labels), is.labelCount()
	if have == want || have == 0 && is.form != named {
		return true
	}
	first := h.at(b.TypeRange)
	if have > 0 {
		first = h.at(b.LabelRanges[0])
	}
	summary := fmt.Sprintf("a block %s has no labels", diag.Short(b.Type))
	hint := fmt.Sprintf("write %s { … }", diag.Short(b.Type))
	if want > 0 {
		labels := is.labels
		if is.form == named {
			labels = []string{"name"}
		}
		summary = fmt.Sprintf("a block %s takes %d labels, not %d: %s", b.Type, want, have, strings.Join(labels, " and "))
		hint = fmt.Sprintf("write %s %s { … }", b.Type, `"`+strings.ToUpper(strings.Join(labels, `" "`))+`"`)
	}
	if !known {
		if near := schema.Nearest(b.Type, h.blockNames()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
	}
	h.report(first, "bad-labels", summary, hint)
	return false
}

// blockNames are the kinds of block that have labels.
func (h *hclReader) blockNames() []string {
	var names []string
	for _, s := range []shape{secretfileShape, templateShape, fieldShape} {
		for name := range s {
			names = append(names, name)
		}
	}
	return names
}

// withLabels puts the labels of a block where the keys are that they stand for.
func (h *hclReader) withLabels(b *hclsyntax.Block, is block, body *Node) *Node {
	if len(b.Labels) == 0 {
		return body
	}
	out := body
	if is.config {
		out = h.newMap(body.Range)
	}
	labels := make([]Entry, 0, len(b.Labels)+1)
	for i, key := range is.labels {
		at := h.at(b.LabelRanges[i])
		label := &Node{Kind: schema.String, Text: b.Labels[i], Range: at, regionEnd: at.End}
		if earlier := out.Entry(key); earlier != nil {
			h.twice(key, earlier.KeyRange, at, earlier.Value)
			continue
		}
		labels = append(labels, Entry{Key: key, KeyRange: at, Value: label})
	}
	if is.config {
		if len(body.Entries) > 0 {
			labels = append(labels, Entry{Key: "config", KeyRange: h.at(b.TypeRange), Value: body})
		}
	}
	out.Entries = append(labels, out.Entries...)
	return out
}

// holder is the map or list that blocks of a kind go to. It is nil, and reported,
// when something else stands there.
func (h *hclReader) holder(into *Node, path []string, kind schema.Kind, name, at diag.Range) *Node {
	for i, key := range path {
		wanted := schema.Map
		if i == len(path)-1 {
			wanted = kind
		}
		e := into.Entry(key)
		if e == nil {
			made := &Node{Kind: wanted, Range: at, regionEnd: at.End}
			h.made[made] = true
			into.Entries = append(into.Entries, Entry{Key: key, KeyRange: name, Value: made})
			into = made
			continue
		}
		if e.Value.Kind != wanted || i == len(path)-1 && !h.made[e.Value] {
			h.found = append(h.found, diag.Diagnostic{
				Severity: diag.Error, Code: "duplicate-key", Summary: twiceSummary(key), Range: name,
				Related: []diag.Related{{Range: e.KeyRange, Text: "the first one"}},
			})
			return nil
		}
		into = e.Value
		if h.made[into] {
			into.Range.End, into.regionEnd = at.End, at.End
		}
	}
	return into
}

func twiceSummary(key string) string { return fmt.Sprintf("key %q stands twice", diag.Short(key)) }
