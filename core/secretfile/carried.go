package secretfile

import (
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// section is a map of named things that this version carries and does not act
// upon.
type section struct {
	key   string
	thing string
	into  func(*File) *Value
	keys  []string // of each thing
}

var sections = []section{
	{"plugins", "plugin", func(f *File) *Value { return &f.Plugins }, []string{"version", "source"}},
}

// carried decodes what this version does not act upon, and says so.
func (d *decoder) carried() {
	for _, s := range sections {
		e := d.root.Entry(s.key)
		if e == nil || e.Value.IsNull() || !d.isMap(e.Value, s.key) {
			continue
		}
		d.named(e.Value, s.thing, s.keys)
		*s.into(d.file) = d.eval.value(e.Value)
		if len(e.Value.Entries) > 0 {
			d.notice(e.KeyRange, "not-enforced", s.key+" are read and not enforced by this version of sz yet")
		}
	}
	d.unused()
}

// named checks the shape of a map of things.
func (d *decoder) named(n *syntax.Node, thing string, keys []string) {
	for _, e := range n.Entries {
		what := thing + " " + diag.Short(e.Key)
		if !e.Value.IsNull() && d.isMap(e.Value, what) {
			d.keys(e.Value, what, keys, nil)
		}
	}
}

// unused are keys that mean something to other tools only.
func (d *decoder) unused() {
	into := map[string]*Value{"labels": &d.file.Labels, "annotations": &d.file.Annotations, "agent": &d.file.Agent, "config": &d.file.Config}
	var names []string
	var at diag.Range
	for _, e := range d.root.Entries {
		if into[e.Key] == nil || e.Value.IsNull() {
			continue
		}
		*into[e.Key] = d.eval.value(e.Value)
		if e.Value.Kind == schema.Map && len(e.Value.Entries) == 0 {
			continue
		}
		if names = append(names, e.Key); len(names) == 1 {
			at = e.KeyRange
		}
	}
	if len(names) > 0 {
		d.notice(at, "not-used", strings.Join(names, ", ")+": carried, not used")
	}
}
