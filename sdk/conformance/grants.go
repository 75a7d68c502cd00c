package conformance

import (
	"context"

	"github.com/secretzero/sz/sdk/wire"
)

// grants makes the checks of a provider's permissions: enough, and not too many.
func (r *run) grants(ctx context.Context, p Provider, d wire.ProviderDescription) {
	of := "provider " + p.Alias
	about := "a permission that is asked for is needed: without it something does not work"
	for i := range d.Permissions {
		permission := d.Permissions[i]
		r.try(ctx, "grant-needed", of+": "+describePermission(permission), about, func(t *trial) {
			if _, ok := t.start(Start{}).Process.(Mortal); !ok {
				t.skipf("the plugin runs in the process of a test; `sz plugin test` has the sandbox")
			}
			if enforced, why := r.subject.Enforces(permission); !enforced {
				t.skipf("%s", why)
			}
			if !worksWithout(t, p, d, &permission) {
				return
			}
			if permission.Kind == wire.Environment || permission.WhenPath != "" {
				t.warnf("everything works without it in this configuration")
				return
			}
			t.errorf("everything works without it: do not ask for it")
		})
	}
}

// worksWithout reports whether every target of a provider can be used without a
// permission.
func worksWithout(t *trial, p Provider, d wire.ProviderDescription, permission *wire.Permission) bool {
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
