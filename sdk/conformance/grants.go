package conformance

import (
	"context"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// grants checks a provider's permissions: everything is tried again without each of
// those that count in the configuration. That they are enough is what the other checks
// prove, which have no more than them.
func (r *run) grants(ctx context.Context, p Provider, d wire.ProviderDescription) {
	about := "every permission that is asked for is needed: without it something does not work"
	r.try(ctx, "grants", "provider "+p.Alias, about, func(t *trial) {
		if _, ok := t.start(Start{}).Process.(Mortal); !ok {
			t.skipf("the plugin runs in the process of a test; `sz plugin test` has the sandbox")
		}
		asked := asked(d.Permissions, p)
		if len(asked) == 0 {
			t.notef("it asks for nothing")
		}
		untried := map[string][]string{}
		for i, permission := range asked {
			what := permission.String()
			switch enforced, why := t.run.subject.Enforces(permission); {
			case !enforced:
				untried[why] = append(untried[why], what)
			case !worksWithout(t, p, d, &asked[i]):
				t.notef("needed: %s", what)
			case permission.Kind == wire.Environment || permission.WhenPath != "":
				t.warnf("everything works without %s in this configuration", what)
			default:
				t.errorf("everything works without %s: do not ask for it", what)
			}
		}
		for why, list := range untried {
			t.notef("not tried: %s: %s", why, strings.Join(list, ", "))
		}
		if len(asked) > 0 && len(untried) > 0 && t.result.Status == Pass && len(t.result.Details) == len(untried) {
			t.result.Status = Skip // nothing could be tried
		}
	})
}

// asked are the permissions that count in a configuration, each once.
func asked(list []Permission, p Provider) []Permission {
	var out []Permission
	for _, permission := range list {
		same := func(other Permission) bool { return other.Kind == permission.Kind && other.Value == permission.Value }
		if counts(permission, p.Config) && !slices.ContainsFunc(out, same) {
			out = append(out, permission)
		}
	}
	return out
}

// counts reports whether a permission is asked for in a configuration of the provider.
func counts(p Permission, config schema.Value) bool {
	if namesNothing(p, config) {
		return false
	}
	if p.WhenPath == "" {
		return true
	}
	return slices.ContainsFunc(valuesAt(config, strings.Split(p.WhenPath, ".")), func(v schema.Value) bool {
		return slices.Contains(p.WhenEquals, v.Expose())
	})
}

// namesNothing reports the permission for the file or the host of a key of the provider
// that names none here.
func namesNothing(p Permission, config schema.Value) bool {
	reference := p.Value
	switch p.Kind {
	case wire.ReadFrom:
		reference = strings.TrimPrefix(reference, "config.")
	case wire.NetworkFrom: // of which config.KEY may be a target's
	default:
		return false
	}
	return !strings.ContainsAny(reference, ".{") && config.Get(reference).IsNull()
}

// valuesAt are the values at a path of keys; a list on the way stands for each item.
func valuesAt(v schema.Value, path []string) []schema.Value {
	if v.Kind() == schema.List {
		var found []schema.Value
		for _, item := range v.Items() {
			found = append(found, valuesAt(item, path)...)
		}
		return found
	}
	if len(path) == 0 {
		return []schema.Value{v}
	}
	return valuesAt(v.Get(path[0]), path[1:])
}

// worksWithout reports whether every target of a provider can be used without a
// permission.
func worksWithout(t *trial, p Provider, d wire.ProviderDescription, permission *Permission) bool {
	for _, target := range p.Targets {
		description, ok := d.Target(target.Kind)
		if !ok {
			continue
		}
		inner := Result{Status: Pass}
		attempt := &trial{ctx: t.ctx, run: t.run, result: &inner}
		attempt.do(func(t *trial) {
			c := &targetCase{p, target, d, description}
			s := c.open(t, Start{Without: permission})
			s.changer = t.begin(s.process)
			place, value := c.place(t, s), canary()
			c.mustWrite(t, s, place, value)
			if same, known := c.holds(t, s, place, value); known && !same {
				t.errorf("another value is there")
			}
		})
		if inner.Status == Fail {
			return false
		}
	}
	return true
}
