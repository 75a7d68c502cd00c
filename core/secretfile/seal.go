package secretfile

import (
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// secretName matches names that look like those of secrets.
var secretName = regex.Of(`(?i)SECRET|TOKEN|PASS|KEY$|CREDENTIAL|SAS|CONNECTION`)

// settings are the keys of a static value that are none.
var settings = []string{"validation", "prompt", "rotation_period", templateKey}

// stated are the keys whose text is a value whatever the kind.
var stated = []string{"value", "default", "prompt"}

// states reports whether a key of a generator's configuration may hold a value: of
// the kinds that state one every key may that is not known to be a setting, for a
// value under a mistyped key is one too.
func states(kind, key string) bool {
	stating := kind == KindStatic || kind == KindCompose
	return stating && !slices.Contains(settings, key) || slices.Contains(stated, key) || kind == KindScript && key == stdinKey
}

// sealStated masks what a generator's configuration states, in the lines that
// messages quote.
func (d *decoder) sealStated(kind string, config *syntax.Node) {
	if config == nil {
		return
	}
	if config.Kind != schema.Map {
		d.sealNode(config)
		return
	}
	for i := range config.Entries {
		e := &config.Entries[i]
		if states(kind, e.Key) {
			d.sealEntry(e)
		}
	}
}

// sealLikely masks what stands under a key that looks like that of a secret.
func (d *decoder) sealLikely(n *syntax.Node) {
	if n == nil {
		return
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		if secretName.MatchString(e.Key) {
			d.sealEntry(e)
		} else {
			d.sealLikely(e.Value)
		}
	}
}

// sealEntry masks all between a key and what comes after its value. Text that
// YAML took for an anchor, a tag or a comment is in there too.
func (d *decoder) sealEntry(e *syntax.Entry) {
	if e.Value.Reference() {
		d.follow(e.Value, diag.Range{})
		return
	}
	d.file.Sources.Seal(e.Between())
	d.sealNode(e.Value)
}

func (d *decoder) sealNode(n *syntax.Node) {
	d.file.Sources.Seal(n.Region())
	d.follow(n, n.Region())
}

// follow masks what a value is made of and stands elsewhere, through aliases.
// Variables are masked in any case.
func (d *decoder) follow(n *syntax.Node, masked diag.Range) {
	if n == nil {
		return
	}
	inside := masked.Start.Offset <= n.Region().Start.Offset && n.Region().End.Offset <= masked.End.Offset
	if n.Items == nil && n.Entries == nil && !inside && !n.Reference() {
		d.file.Sources.Seal(n.Region())
	}
	for _, item := range n.Items {
		d.follow(item, masked)
	}
	for _, e := range n.Entries {
		d.follow(e.Value, masked)
	}
}

// sealed is a stated value that does not print itself. A number that is not
// written as JSON writes it keeps its spelling, as text: 007 is not 7.
func sealed(v Value) Value {
	switch v.kind {
	case schema.List:
		v.items = slices.Clone(v.items)
		for i := range v.items {
			v.items[i] = sealed(v.items[i])
		}
	case schema.Map:
		v.fields = slices.Clone(v.fields)
		for i := range v.fields {
			v.fields[i].Value = sealed(v.fields[i].Value)
		}
	case schema.String:
		v.value = schema.NewSealed(v.value.Secret())
	case schema.Number:
		if v.text != v.value.Expose() {
			v.kind, v.value = schema.String, schema.NewSealed(secret.FromString(v.text))
		} else {
			v.value = schema.NewSealedNumber(v.value.Secret())
		}
		v.text = ""
	}
	return v
}

// sealSensitive masks what a schema says is sensitive, before anything that is
// wrong with it is shown.
func (f *File) sealSensitive(config Value, object schema.Object) {
	for _, field := range config.fields {
		a, known := object.Attribute(field.Name)
		switch {
		case !known || a.Sensitive:
			f.Sources.Seal(field.Value.at)
		case a.Type.Object != nil:
			f.sealSensitive(field.Value, *a.Type.Object)
		case a.Type.Elem != nil && a.Type.Elem.Object != nil:
			for _, item := range field.Value.items {
				f.sealSensitive(item, *a.Type.Elem.Object)
			}
		}
	}
}
