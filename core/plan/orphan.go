package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Orphan is a place where a value of ours is and where the Secretfile wants none any
// more: its target or its secret is gone from the file, or it was moved.
type Orphan struct {
	Secret string
	// Target has no configuration: the Secretfile says nothing of it. Its Provider is
	// empty when no target of the file leads to the same store, for then the lock file
	// alone would say with whom we speak.
	Target Target
}

// FindOrphans finds what the lock file tells of and the Secretfile does not want.
func FindOrphans(desired Desired, recorded Recorded) []Orphan {
	wanted := map[Address]bool{}
	leads := map[string]Target{} // by kind and host
	for _, s := range desired.Secrets {
		for _, t := range s.Targets {
			wanted[t.Address] = true
			leads[t.Address.Kind+":"+host(t.Address.Place)] = t
		}
	}
	var list []Orphan
	for address, r := range recorded.Targets {
		if wanted[address] {
			continue
		}
		lead := leads[address.Kind+":"+host(address.Place)]
		list = append(list, Orphan{r.Secret, Target{Address: address, Provider: lead.Provider, Can: lead.Can}})
	}
	slices.SortFunc(list, func(a, b Orphan) int { return strings.Compare(a.Target.Address.String(), b.Target.Address.String()) })
	return list
}

// host is the part of a place that says with whom one speaks: of a file there is
// none.
func host(place string) string {
	before, _, remote := strings.Cut(place, "/")
	if !remote || !strings.Contains(before, ".") || strings.Contains(before, "#") {
		return ""
	}
	return before
}

// addOrphans gives a secret the places where its value was, to be copied from.
func (d *decision) addOrphans(orphans []Orphan, owner Owner, recorded Recorded, observed Observed) {
	for _, o := range orphans {
		if o.Secret != d.secret.Name {
			continue
		}
		v := classify(o.Target, observed[o.Target.Address], recorded.Targets[o.Target.Address], true, owner, nil)
		d.old = append(d.old, v)
		if v.standing == ours && v.operation.Compare(d.live) > 0 {
			d.live = v.operation
		}
	}
	if d.source == nil {
		for i := range d.old {
			if v := &d.old[i]; v.standing == ours && v.Presence == Present && v.operation == d.live && v.Can.Read {
				d.source = v
			}
		}
	}
}

// elsewhere reports whether the value is, or may be, at a place where it is wanted
// no more.
func (d *decision) elsewhere() (there, unsure bool) {
	for _, v := range d.old {
		there = there || v.standing == ours
		unsure = unsure || v.standing == uncertain
	}
	return there, unsure
}

// orphans decides what is wanted no more: it is deleted when that is asked for, and
// told of when not.
func (p *Plan) orphans(desired Desired, intent Intent, recorded Recorded, observed Observed) {
	for _, o := range desired.Orphans {
		if intent.Prune {
			owner := Owner{desired.Project, p.ProjectID, desired.Environment, o.Secret}
			p.Changes = append(p.Changes, (&removal{intent, recorded, observed}).prune(o, owner).unless(p.unsettled(o.Secret)))
			continue
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s of %s is wanted no more; --prune deletes it, `sz state forget` leaves it", o.Target.Address, o.Secret))
	}
}

// unsettled reports a secret of the Secretfile whose value does not come to all its
// targets by this plan: what lies at an old place of it may be the last copy.
func (p *Plan) unsettled(name string) bool {
	for _, c := range p.Changes {
		if c.Secret.Name == name && len(c.Secret.Parts) > 0 && !c.Action.Changes() && c.Action != Keep {
			return true
		}
	}
	return false
}

// unless keeps what would be removed while its secret is unsettled.
func (c Change) unless(unsettled bool) Change {
	for i := range c.Steps {
		if s := &c.Steps[i]; unsettled && s.Action.Changes() {
			s.Action, s.Reason = Blocked, "its secret must be settled first: this may be the last copy of the value"
		}
	}
	c.Action, c.Reason = strongest(c.Steps)
	return c
}
