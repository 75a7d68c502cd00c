package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/schema"
)

// PluginReference is the reference of a plugin as Markdown, made of its description
// alone, so that it cannot say anything else than the plugin does.
func PluginReference(d pluginhost.Description) string {
	r := &reference{}
	r.line("# %s %s", d.Name, d.Version)
	r.sentence(d.Summary)
	for _, g := range d.Generators {
		r.line("## Generator `%s`", g.Kind)
		r.sentence(g.Summary)
		if len(g.Fields) > 0 {
			r.line("A value has the fields `%s`.", strings.Join(g.Fields, "`, `"))
		}
		r.object("config", g.Config)
	}
	for _, p := range d.Providers {
		r.line("## Provider `%s`", p.Kind)
		r.sentence(p.Summary)
		r.object("config", p.Config)
		r.permissions(p.Permissions)
		r.allowances(p)
		for _, t := range p.Targets {
			r.line("### Target `%s` of `%s`", t.Kind, p.Kind)
			r.sentence(t.Summary)
			r.line("%s", abilities(t.Can))
			r.object("config", t.Config)
		}
	}
	return r.String()
}

type reference struct{ strings.Builder }

// line writes a paragraph.
func (r *reference) line(format string, args ...any) {
	if r.Len() > 0 {
		r.WriteString("\n")
	}
	fmt.Fprintf(r, format+"\n", args...)
}

// sentence writes what a plugin says as a sentence.
func (r *reference) sentence(text string) {
	if text = plain(text); text != "" {
		r.line("%s%s.", strings.ToUpper(text[:1]), strings.TrimSuffix(text[1:], "."))
	}
}

// plain is text of a plugin that means nothing to Markdown.
func plain(text string) string {
	return strings.NewReplacer("\n", " ", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "'").Replace(diag.Printable(text))
}

func (r *reference) object(prefix string, o schema.Object) {
	if len(o.Attributes) == 0 {
		r.line("It takes no configuration.")
		return
	}
	r.line("| key | type | | |")
	r.WriteString("|---|---|---|---|\n")
	r.rows(strings.TrimPrefix(prefix, "config"), o)
	for _, rule := range o.Rules {
		r.line("%s", ruleText(rule))
	}
}

// allowances are what only a user may allow.
func (r *reference) allowances(p pluginhost.ProviderDescription) {
	if len(p.Allowances) == 0 {
		return
	}
	r.line("Only a user's own configuration may allow, in a block `allow \"%s\"`:", p.Kind)
	r.line("| name | for | |")
	r.WriteString("|---|---|---|\n")
	for _, a := range p.Allowances {
		names := append([]string{a.Name}, a.Settings...)
		for i, name := range names {
			names[i] = "`" + strings.ReplaceAll(diag.Printable(name), "`", "'") + "`"
		}
		fmt.Fprintf(r, "| %s | %s | %s |\n", names[0], strings.Join(names[1:], ", "), plain(a.Summary))
	}
}

func (r *reference) rows(prefix string, o schema.Object) {
	for _, a := range o.Attributes {
		fmt.Fprintf(r, "| `%s%s` | %s | %s | %s |\n", prefix, a.Name, strings.TrimPrefix(strings.TrimSuffix(a.Type.Kind.String(), " value"), "a "), need(a), meaning(a))
		if a.Type.Object != nil {
			r.rows(prefix+a.Name+".", *a.Type.Object)
		}
	}
}

func need(a schema.Attribute) string {
	switch {
	case a.Required:
		return "required"
	case !a.Default.IsNull():
		return "default `" + strings.ReplaceAll(a.Default.String(), "`", "'") + "`"
	}
	return ""
}

// meaning is what a key is for and what is allowed in it.
func meaning(a schema.Attribute) string {
	parts := []string{plain(a.Description)}
	if len(a.Enum) > 0 {
		parts = append(parts, "one of `"+strings.Join(a.Enum, "`, `")+"`")
	}
	if a.PatternHint != "" {
		parts = append(parts, plain(a.PatternHint))
	}
	unit := ""
	if a.Type.Kind == schema.String {
		unit = " characters"
	}
	if a.Min != nil {
		parts = append(parts, fmt.Sprintf("at least %v%s", *a.Min, unit))
	}
	if a.Max != nil {
		parts = append(parts, fmt.Sprintf("at most %v%s", *a.Max, unit))
	}
	if a.Identity {
		parts = append(parts, "part of where a secret is")
	}
	if a.Sensitive {
		parts = append(parts, "sensitive")
	}
	if a.Deprecated != "" {
		parts = append(parts, "deprecated: "+plain(a.Deprecated))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func ruleText(r schema.Rule) string {
	names := "`" + strings.Join(r.Attributes, "`, `") + "`"
	switch r.Kind {
	case schema.ExactlyOneOf:
		return "Exactly one of " + names + " must be set."
	case schema.AtMostOneOf:
		return "Only one of " + names + " may be set."
	case schema.AllOrNone:
		return names + " must be set together."
	}
	return names + " may be set only when `" + r.When + "` is `" + strings.Join(r.Equals, "` or `") + "`."
}

// abilities says what a kind of target can do beyond storing.
func abilities(can func(pluginhost.Capability) bool) string {
	var list []string
	for _, c := range []struct {
		capability pluginhost.Capability
		words      string
	}{
		{pluginhost.CanChallenge, "compares without giving a value out"}, {pluginhost.CanRead, "gives values out"},
		{pluginhost.CanMark, "carries the mark of sz"}, {pluginhost.CanVersions, "keeps versions"},
		{pluginhost.CanUpdate, "changes what is around a value"}, {pluginhost.CanRetire, "deletes"},
	} {
		if can(c.capability) {
			list = append(list, c.words)
		}
	}
	if !can(pluginhost.CanInspect) {
		return "It is write-only: sz cannot see what is there, and takes what it wrote for it."
	}
	if len(list) == 0 {
		return "It sees what is there."
	}
	return "It sees what is there, " + strings.Join(list, ", ") + "."
}

func (r *reference) permissions(list []pluginhost.Permission) {
	if len(list) == 0 {
		r.line("It asks for no permission.")
		return
	}
	r.line("It asks for:")
	r.WriteString("\n")
	for _, p := range list {
		when := ""
		if p.WhenPath != "" {
			when = fmt.Sprintf(", when `%s` is `%s`", p.WhenPath, strings.Join(p.WhenEquals, "` or `"))
		}
		fmt.Fprintf(r, "- `%s`%s: %s\n", strings.ReplaceAll(p.String(), "`", "'"), when, plain(p.Reason))
	}
}
