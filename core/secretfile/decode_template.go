package secretfile

import (
	"fmt"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

func (d *decoder) templates(n *syntax.Node) {
	if n.IsNull() || !d.isMap(n, "templates") {
		return
	}
	for _, e := range n.Entries {
		t := d.template(e)
		if d.name(e.Key, e.KeyRange, "template") {
			d.file.Templates = append(d.file.Templates, t)
		}
	}
}

func (d *decoder) template(e syntax.Entry) Template {
	t := Template{Name: e.Key, NameRange: e.KeyRange}
	of := "template " + diag.Short(e.Key)
	if !d.isMap(e.Value, of) {
		return t
	}
	d.keys(e.Value, of, []string{"description", "fields", "targets"}, nil)
	t.Description = d.description(e.Value, of)
	t.Targets = d.targets(e.Value.Get("targets"), of)
	fields := e.Value.Get("fields")
	if fields.IsNull() || fields.Kind == schema.Map && len(fields.Entries) == 0 {
		d.report(e.KeyRange, "no-fields", of+" has no fields", d.either("list them under `fields:`", `declare each with field "NAME" { … }`))
		return t
	}
	if !d.isMap(fields, "fields of "+of) {
		return t
	}
	for _, f := range fields.Entries {
		field, ok := d.field(f, of)
		if d.name(f.Key, f.KeyRange, "field") && ok {
			t.Fields = append(t.Fields, field)
		}
	}
	return t
}

func (d *decoder) field(e syntax.Entry, of string) (Field, bool) {
	of = fmt.Sprintf("field %s of %s", diag.Short(e.Key), of)
	f := Field{Name: e.Key, NameRange: e.KeyRange}
	if !d.isMap(e.Value, of) {
		return f, false
	}
	d.keys(e.Value, of, []string{"description", "generator", "targets"}, nil)
	f.Description = d.description(e.Value, of)
	f.Targets = d.targets(e.Value.Get("targets"), of)
	g := e.Value.Get("generator")
	if g.IsNull() {
		d.report(e.KeyRange, "missing-key", of+" has no generator", "")
		return f, false
	}
	of = "generator of " + of
	if !d.isMap(g, of) {
		return f, false
	}
	d.keys(g, of, []string{"kind", "config"}, []string{"timeout"})
	kind, at := d.word(g, "kind", of)
	f.Generator = d.generator(kind, at, g, of)
	return f, d.name(kind, at, "kind")
}

// use gives a secret the fields and targets of a template.
func (d *decoder) use(s *Secret, n *syntax.Node, name string, at diag.Range) {
	s.Template = name
	t, ok := d.file.Template(name)
	if !ok {
		d.missingTemplate(name, at)
		return
	}
	s.Fields = t.Fields
	s.Targets = append(s.Targets, t.Targets...)
	d.mustBeStored(*s, n)
}

func (d *decoder) missingTemplate(name string, at diag.Range) {
	if d.root.Get("templates").Entry(name) != nil {
		return // it is there, and what is wrong with it has been reported
	}
	var names []string
	for _, t := range d.file.Templates {
		names = append(names, t.Name)
	}
	hint := d.either("declare it under `templates:`", `declare it with template "NAME" { … }`)
	if near := schema.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", templatePrefix+near)
	}
	d.report(at, "missing-template", fmt.Sprintf("template %q is not declared", diag.Short(name)), hint)
}

// unusedTemplates tells of templates that no secret is of: a mistyped kind makes
// them so.
func (d *decoder) unusedTemplates() {
	used := map[string]bool{}
	for _, s := range d.file.Secrets {
		used[s.Template] = true
	}
	for _, t := range d.file.Templates {
		if !used[t.Name] {
			d.notice(t.NameRange, "unused-template", fmt.Sprintf("template %s is used by no secret", diag.Short(t.Name)))
		}
	}
}
