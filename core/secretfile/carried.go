package secretfile

import (
	"strings"

	"github.com/secretzero/sz/core/diag"
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
	{"policies", "policy", func(f *File) *Value { return &f.Policies }, []string{
		"kind", "severity", "enabled", "description", "max_age", "require_rotation_period", "allowed_targets", "denied_targets", "providers", "match", "rules",
	}},
	{"target_profiles", "target profile", func(f *File) *Value { return &f.TargetProfiles }, []string{"provider_overrides", "target_overrides", "identity_policies", "description"}},
	{"plugins", "plugin", func(f *File) *Value { return &f.Plugins }, []string{"version", "source"}},
}

var profileKeys = []string{"var_files", "lockfile", "target_profile", "labels"}

// carried decodes what this version does not act upon, and says so.
func (d *decoder) carried() {
	for _, s := range sections {
		e := d.root.entry(s.key)
		if e == nil || e.Value.isNull() || !d.isMap(e.Value, s.key) {
			continue
		}
		d.named(e.Value, s.thing, s.keys)
		*s.into(d.file) = d.eval.value(e.Value)
		if len(e.Value.Entries) > 0 {
			d.notice(e.KeyRange, "not-enforced", s.key+" are read and not enforced by this version of sz yet")
		}
	}
	d.environments(d.root.entry("environments"))
	d.unused()
}

// named checks the shape of a map of things.
func (d *decoder) named(n *Node, thing string, keys []string) {
	for _, e := range n.Entries {
		what := thing + " " + short(e.Key)
		if !e.Value.isNull() && d.isMap(e.Value, what) {
			d.keys(e.Value, what, keys, nil)
		}
	}
}

// environments cannot be honoured yet. Profiles that nothing selects change
// nothing; a default one would change variables and the lock file.
func (d *decoder) environments(e *Entry) {
	if e == nil || e.Value.isNull() || !d.isMap(e.Value, "environments") {
		return
	}
	d.keys(e.Value, "environments", []string{"default", "profiles"}, nil)
	if profiles := e.Value.Get("profiles"); !profiles.isNull() && d.isMap(profiles, "profiles of environments") {
		d.named(profiles, "environment", profileKeys)
	}
	d.file.Environments = d.eval.value(e.Value)
	if selected := e.Value.entry("default"); selected != nil && !selected.Value.isNull() {
		d.report(selected.KeyRange, "unsupported", "environments cannot be selected in this version of sz yet", "remove the default, or keep one Secretfile for each environment")
	} else if len(e.Value.Entries) > 0 {
		d.notice(e.KeyRange, "not-enforced", "environments are read and not selected by this version of sz yet")
	}
}

// unused are keys that mean something to other tools only.
func (d *decoder) unused() {
	into := map[string]*Value{"labels": &d.file.Labels, "annotations": &d.file.Annotations, "agent": &d.file.Agent, "config": &d.file.Config}
	var names []string
	var at diag.Range
	for _, e := range d.root.Entries {
		if into[e.Key] == nil || e.Value.isNull() {
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
