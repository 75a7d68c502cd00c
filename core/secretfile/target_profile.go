package secretfile

import (
	"fmt"
	"slices"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
	"github.com/secretzero/sz/sdk/schema"
)

// TargetProfile is what an environment adds to the configuration of targets.
type TargetProfile struct {
	Name             string
	Range            diag.Range
	IdentityPolicies []Value // names of policies that hold in this lane
}

var targetProfileKeys = []string{"provider_overrides", "target_overrides", "identity_policies", "description"}

// override is a piece of configuration for targets: of a provider, of a kind, or
// of both. What a target says itself stands above it.
type override struct {
	provider, kind string // empty: any
	key            string
	at             diag.Range
	node           *syntax.Node
	used           *bool
}

// targetProfiles checks all of them and takes the one that the environment names.
func (d *decoder) targetProfiles(n *syntax.Node) {
	wanted := Value{}
	if d.file.Profile != nil {
		wanted = d.file.Profile.TargetProfile
	}
	var names []string
	if !n.IsNull() && d.isMap(n, "target_profiles") {
		for _, e := range n.Entries {
			if !d.name(e.Key, e.KeyRange, "target profile") {
				continue
			}
			p, overrides := d.targetProfile(e)
			d.file.TargetProfiles = append(d.file.TargetProfiles, p)
			names = append(names, e.Key)
			if !wanted.IsNull() && e.Key == wanted.plain() {
				d.overrides, d.file.TargetProfile = overrides, e.Key
			}
		}
	}
	if !wanted.IsNull() && !slices.Contains(names, wanted.plain()) {
		hint := "declare it under target_profiles"
		if near := schema.Nearest(wanted.plain(), names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.report(wanted.at, "missing-target-profile", fmt.Sprintf("target profile %s is not declared", diag.Short(wanted.plain())), hint)
	}
}

func (d *decoder) targetProfile(e syntax.Entry) (TargetProfile, []override) {
	p := TargetProfile{Name: e.Key, Range: e.KeyRange}
	of := "target profile " + diag.Short(e.Key)
	if e.Value.IsNull() || !d.isMap(e.Value, of) {
		return p, nil
	}
	d.keys(e.Value, of, targetProfileKeys, nil)
	if list := e.Value.Get("identity_policies"); !list.IsNull() && d.isList(list, "identity_policies of "+of) {
		for _, item := range list.Items {
			v := d.eval.value(item)
			if v.Kind() == schema.Unknown {
				continue
			}
			if !d.hasPolicy(v, KindIdentity) {
				d.report(v.at, "missing-policy", "identity_policies of "+of+" names no policy of kind provider_identity", "declare it under policies")
				continue
			}
			p.IdentityPolicies = append(p.IdentityPolicies, v)
		}
	}
	// What a kind says stands above what a provider says.
	list := d.overridesOf(e.Value.Get("target_overrides"), "target_overrides of "+of, func(o *override, key string) { o.provider, o.kind = cutKind(key) })
	return p, append(list, d.overridesOf(e.Value.Get("provider_overrides"), "provider_overrides of "+of, func(o *override, key string) { o.provider = key })...)
}

func (d *decoder) overridesOf(n *syntax.Node, what string, set func(*override, string)) []override {
	if n.IsNull() || !d.isMap(n, what) {
		return nil
	}
	var list []override
	for _, e := range n.Entries {
		if e.Value.IsNull() || !d.isMap(e.Value, diag.Short(e.Key)+" of "+what) {
			continue
		}
		o := override{key: e.Key, at: e.KeyRange, node: e.Value, used: new(bool)}
		set(&o, e.Key)
		list = append(list, o)
	}
	return list
}

// overridesFor are the overrides that a target gets, the strongest first.
func (d *decoder) overridesFor(provider, kind string) []*syntax.Node {
	var nodes []*syntax.Node
	for _, o := range d.overrides {
		if (o.provider == "" || o.provider == provider) && (o.kind == "" || o.kind == kind) {
			*o.used = true
			nodes = append(nodes, o.node)
		}
	}
	return nodes
}

// under lays a configuration over others, the strongest first.
func (d *decoder) under(own Value, overrides []*syntax.Node) Value {
	for _, n := range overrides {
		own = merged(d.eval.value(n), own)
	}
	return own
}

// merged is base with all of over above it: maps deeply, all else replaced.
func merged(base, over Value) Value {
	if base.kind != schema.Map || over.kind != schema.Map {
		return over
	}
	out := over
	out.fields = slices.Clone(over.fields)
	for _, f := range base.fields {
		if i := slices.IndexFunc(out.fields, func(o ValueField) bool { return o.Name == f.Name }); i >= 0 {
			out.fields[i].Value = merged(f.Value, out.fields[i].Value)
			continue
		}
		out.fields = append(out.fields, f)
		out.size += f.Value.size
	}
	return out
}

// unusedOverrides tells of overrides that no target gets: a mistyped kind is one.
func (d *decoder) unusedOverrides() {
	for _, o := range d.overrides {
		if !*o.used {
			d.notice(o.at, "unused-override", fmt.Sprintf("%s of the target profile is for no target of the file", diag.Short(o.key)))
		}
	}
}
