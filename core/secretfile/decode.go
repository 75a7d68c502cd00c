package secretfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
)

var (
	nameForm    = regex.Of(`^[A-Za-z0-9_.-]{1,200}$`)
	projectForm = regex.Of(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)
)

func (d *decoder) report(at diag.Range, code, summary, hint string) {
	d.found = append(d.found, diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: at})
}

func (d *decoder) notice(at diag.Range, code, summary string) {
	d.found = append(d.found, diag.Diagnostic{Severity: diag.Notice, Code: code, Summary: summary, Range: at})
}

// legacy tolerates a key that an older tool gave a meaning.
func (d *decoder) legacy(at diag.Range, key, of string) {
	found := diag.Diagnostic{Severity: diag.Warning, Code: "legacy-key", Summary: fmt.Sprintf("key %q of %s has no effect", key, of), Hint: "remove it", Range: at}
	if d.strict {
		found.Severity = diag.Error
	}
	d.found = append(d.found, found)
}

// keys reports every key of a map that is not known. What stands under one is
// masked: it may be a value whose key is mistyped.
func (d *decoder) keys(n *syntax.Node, of string, known, legacy []string) {
	for i := range n.Entries {
		e := &n.Entries[i]
		switch {
		case slices.Contains(known, e.Key):
		case slices.Contains(legacy, e.Key):
			d.legacy(e.KeyRange, e.Key, of)
		default:
			names := d.spelled(known)
			hint := "known keys: " + strings.Join(names, ", ")
			if near := schema.Nearest(e.Key, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			d.sealEntry(e)
			d.report(e.KeyRange, "unknown-key", fmt.Sprintf("unknown key %q in %s", diag.Short(e.Key), of), hint)
		}
	}
}

// spelled are keys as a person writes them in the language of the file.
func (d *decoder) spelled(keys []string) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = d.language.Spell(key)
	}
	return names
}

// either is a text for each language.
func (d *decoder) either(yaml, hcl string) string {
	if d.language == syntax.HCL {
		return hcl
	}
	return yaml
}

// is reports a node of another kind. A scalar there is masked: nobody knows what
// it is.
func (d *decoder) is(n *syntax.Node, kind schema.Kind, what, hint string) bool {
	if n.Kind == kind {
		return true
	}
	d.sealNode(n)
	d.report(n.Range, "wrong-type", fmt.Sprintf("%s must be %s, not %s", what, kind, n.Kind), hint)
	return false
}

func (d *decoder) isMap(n *syntax.Node, what string) bool { return d.is(n, schema.Map, what, "") }

func (d *decoder) isList(n *syntax.Node, what string) bool {
	return d.is(n, schema.List, what, d.either("begin each of them with a dash", "put them between [ and ]"))
}

// word is a required text that is a name of ours: interpolation of variables is
// allowed in it, of the environment not. It is empty when that has been reported.
func (d *decoder) word(owner *syntax.Node, key, of string) (string, diag.Range) {
	n := owner.Get(key)
	if n.IsNull() {
		at := owner.Range
		if e := owner.Entry(key); e != nil {
			at = e.KeyRange
		}
		d.report(at, "missing-key", fmt.Sprintf("%s has no %s", of, key), "")
		return "", at
	}
	v := d.eval.value(n)
	switch {
	case len(v.EnvNames()) > 0:
		d.report(n.Range, "env-in-name", fmt.Sprintf("%s of %s cannot come from the environment", key, of), "use a variable")
	case v.Kind() == schema.Unknown:
	case v.Kind() != schema.String && v.Kind() != schema.Number:
		d.report(n.Range, "wrong-type", fmt.Sprintf("%s of %s must be a string, not %s", key, of, v.Kind()), "")
	case v.plain() == "":
		d.report(n.Range, "missing-key", fmt.Sprintf("%s of %s is empty", key, of), "")
	default:
		return v.plain(), n.Range
	}
	return "", n.Range
}

// name reports a text that is no name.
func (d *decoder) name(text string, at diag.Range, what string) bool {
	if nameForm.MatchString(text) {
		return true
	}
	if text != "" || at.IsZero() {
		d.report(at, "bad-name", fmt.Sprintf("%s %q is not a usable name", what, diag.Short(text)), "use letters, digits, underscores, hyphens and dots")
	}
	return false
}

// setting is an optional scalar of a kind; the null value when there is none.
func (d *decoder) setting(owner *syntax.Node, key, of string, kind schema.Kind) Value {
	n := owner.Get(key)
	if n.IsNull() {
		return Value{}
	}
	v := conform(d.eval.value(n), kind)
	if v.Kind() == kind {
		return v
	}
	if v.Kind() != schema.Unknown && !v.IsNull() {
		d.report(n.Range, "wrong-type", fmt.Sprintf("%s of %s must be %s, not %s", key, of, kind, v.Kind()), "")
	}
	return Value{}
}

func (d *decoder) flag(owner *syntax.Node, key, of string) bool {
	return d.setting(owner, key, of, schema.Bool).Schema().Bool()
}

// description is shown to people, so no secret of the environment may be in it.
func (d *decoder) description(owner *syntax.Node, of string) string {
	v := d.setting(owner, "description", of, schema.String)
	if v.Kind() != schema.String || d.secretEnv("description of "+of, v) {
		return ""
	}
	return v.plain()
}

// config is a map of settings; an absent one is empty.
func (d *decoder) config(owner *syntax.Node, of string) Value {
	n := owner.Get("config")
	empty := Value{kind: schema.Map, at: owner.Range}
	if n.IsNull() {
		return empty
	}
	return d.asConfig(n, d.eval.value(n), empty, of)
}

func (d *decoder) asConfig(n *syntax.Node, v, empty Value, of string) Value {
	if v.Kind() == schema.Map {
		return v
	}
	if v.Kind() != schema.Unknown && !v.IsNull() {
		d.sealNode(n)
		d.report(n.Range, "wrong-type", fmt.Sprintf("config of %s must be a map, not %s", of, v.Kind()), "")
	}
	return empty
}

// secretEnv refuses environment variables that look like secrets where their text
// would be shown.
func (d *decoder) secretEnv(what string, v Value) bool {
	found := false
	v.walk(func(scalar Value) {
		for _, name := range scalar.env {
			if secretName.MatchString(name) {
				found = true
				d.report(scalar.at, "secret-env-in-address", fmt.Sprintf("environment variable %s looks like a secret, and %s is shown to everybody", name, what),
					"use another variable there")
			}
		}
	})
	return found
}
