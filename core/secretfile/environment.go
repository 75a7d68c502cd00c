package secretfile

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// NoEnvironment is the environment of a file when none is selected.
const NoEnvironment = "-"

// Profile is one environment of a file.
type Profile struct {
	Name          string
	Range         diag.Range // of the name
	VarFiles      []Value    // texts
	Lockfile      Value      // a text, or null
	TargetProfile Value      // a text, or null
	Labels        Value
}

var profileKeys = []string{"var_files", "lockfile", "target_profile", "labels", "description"}

// environments reads the environments and selects one. It comes before the
// variables, which the selection changes, so no expression may stand in it.
func (d *decoder) environments(e *syntax.Entry) *Profile {
	profiles := map[string]*Profile{}
	var names []string
	selected, at := d.options.Environment, diag.Range{}
	if e != nil && !e.Value.IsNull() && d.isMap(e.Value, "environments") {
		at = e.KeyRange
		d.keys(e.Value, "environments", []string{"default", "profiles"}, nil)
		if list := e.Value.Get("profiles"); !list.IsNull() && d.isMap(list, "profiles of environments") {
			for _, p := range list.Entries {
				if d.name(p.Key, p.KeyRange, "environment") {
					profiles[p.Key], names = d.profile(p), append(names, p.Key)
				}
			}
		}
		if fallback := d.constant(e.Value.Get("default"), "default of environments"); selected == "" && !fallback.IsNull() {
			selected, at = fallback.plain(), fallback.at
		}
	}
	switch {
	case selected == "" && len(names) > 0:
		d.notice(at, "no-environment", "no environment is selected: there is no default, and --env names none")
	case selected == "":
	case profiles[selected] != nil:
		d.file.Environment, d.file.Profile = selected, profiles[selected]
		return profiles[selected]
	case nameForm.MatchString(selected) && len(names) == 0 && d.options.Environment == "":
		d.report(at, "unknown-environment", fmt.Sprintf("environment %s has no profile", diag.Short(selected)), "declare it under profiles")
	default:
		hint := "the file declares no environments"
		if len(names) > 0 {
			hint = "declared are " + strings.Join(names, ", ")
		}
		if near := schema.Nearest(selected, names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.report(at, "unknown-environment", fmt.Sprintf("environment %s is not declared", diag.Short(selected)), hint)
	}
	return nil
}

func (d *decoder) profile(e syntax.Entry) *Profile {
	p := &Profile{Name: e.Key, Range: e.KeyRange}
	of := "environment " + diag.Short(e.Key)
	if e.Value.IsNull() || !d.isMap(e.Value, of) {
		return p
	}
	d.keys(e.Value, of, profileKeys, nil)
	p.Lockfile = d.constant(e.Value.Get("lockfile"), "lockfile of "+of)
	p.TargetProfile = d.constant(e.Value.Get("target_profile"), "target_profile of "+of)
	if files := e.Value.Get("var_files"); !files.IsNull() && d.isList(files, "var_files of "+of) {
		for _, n := range files.Items {
			if v := d.constant(n, "a file of variables of "+of); !v.IsNull() {
				p.VarFiles = append(p.VarFiles, v)
			}
		}
	}
	if labels := e.Value.Get("labels"); !labels.IsNull() && d.isMap(labels, "labels of "+of) {
		for i := range labels.Entries {
			d.constant(labels.Entries[i].Value, "label "+diag.Short(labels.Entries[i].Key)+" of "+of)
		}
		p.Labels = d.eval.value(labels)
	}
	return p
}

// constant is an optional text without expressions; null when there is none.
func (d *decoder) constant(n *syntax.Node, what string) Value {
	if n.IsNull() {
		return Value{}
	}
	if len(n.Parts) > 0 || n.Broken {
		d.report(n.Range, "expression-here", what+" must be plain text: it is read before the variables are", "write it out")
		return Value{}
	}
	if n.Kind != schema.String || n.Text == "" {
		d.report(n.Range, "wrong-type", fmt.Sprintf("%s must be a text, not %s", what, n.Kind), "")
		return Value{}
	}
	return textValue(n.Text, n.Range)
}
