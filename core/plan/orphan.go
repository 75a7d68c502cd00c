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
		v := classify(o.Target, observed[o.Target.Address], recorded.Targets[o.Target.Address], true, owner)
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

// prune decides what becomes of an orphan that is to be deleted. It takes two
// proofs: our mark in the store, and a receipt here that names the same operation.
func prune(o Orphan, owner Owner, recorded Recorded, observed Observed) Change {
	c := Change{Secret: Secret{Name: o.Secret, Kind: "not in the Secretfile"}}
	c.Steps = []Step{remove(o.Target, owner, recorded, observed, "the Secretfile wants it no more")}
	if recorded.Secrets[o.Secret].PreventDestroy {
		c.Steps[0].Action, c.Steps[0].Reason = Refused, "prevent_destroy holds until `sz state forget`"
	}
	c.Action, c.Reason = strongest(c.Steps)
	c.Live = c.Steps[0].Previous
	return c
}

// remove decides the deletion of what is at one target.
func remove(t Target, owner Owner, recorded Recorded, observed Observed, reason string) Step {
	r, known := recorded.Targets[t.Address]
	known = known && r.Secret == owner.Secret
	s := Step{Target: t}
	if t.Provider == "" {
		s.Action, s.Reason = Refused, "no target of the Secretfile leads to its store; delete it by hand, then `sz state forget`"
		return s
	}
	v := classify(t, observed[t.Address], r, known, owner)
	s.Before, s.Previous, s.Mark = Expectation{Absent: v.standing == absent, Receipt: v.Receipt}, v.operation, Mark{Owner: owner.String(), Operation: v.operation.String()}
	switch {
	case v.standing == uncertain:
		s.Action, s.Reason, s.Problem = Unsure, v.explanation, v.Problem
	case v.standing == absent && !known:
		s.Action, s.Reason = Keep, "nothing is there"
	case v.standing == absent:
		s.Action, s.Reason = Delete, "it is gone already, and is forgotten"
		s.Previous, s.Mark.Operation = r.Operation, r.Operation.String()
	case v.standing != ours:
		s.Action, s.Reason = Conflict, v.explanation+"; it is not deleted"
	case !known || r.Operation != v.operation:
		s.Action, s.Reason = Conflict, "the lock file does not tell of this value; apply first"
	case !t.Can.Retire:
		s.Action, s.Reason = Refused, "this kind of target cannot delete"
	default:
		s.Action, s.Reason = Delete, reason
	}
	return s
}

// Destroy is the plan that deletes what secrets hold in their targets, and in those
// where they are wanted no more.
func Destroy(desired Desired, only Selection, recorded Recorded, observed Observed) *Plan {
	id, warnings := projectID(desired, recorded, observed)
	p := &Plan{Project: desired.Project, ProjectID: id, Environment: desired.Environment, Warnings: warnings}
	owner := Owner{Project: desired.Project, ID: id, Environment: desired.Environment}
	// What is built of others goes first.
	for _, s := range slices.Backward(desired.Secrets) {
		if only != nil && !only.Has(s.Name) {
			p.Left++
			continue
		}
		owner.Secret = s.Name
		c := Change{Secret: s}
		for _, t := range s.Targets {
			step := remove(t, owner, recorded, observed, "it was asked for")
			if s.PreventDestroy && step.Action == Delete {
				step.Action, step.Reason = Refused, "prevent_destroy forbids it; remove that from the Secretfile and apply first"
			}
			c.Steps = append(c.Steps, step)
		}
		c.Action, c.Reason = strongest(c.Steps)
		p.Changes = append(p.Changes, c)
	}
	if only == nil {
		for _, o := range desired.Orphans {
			owner.Secret = o.Secret
			p.Changes = append(p.Changes, prune(o, owner, recorded, observed))
		}
	}
	return p
}

// orphans decides what is wanted no more: it is deleted when that is asked for, and
// told of when not.
func (p *Plan) orphans(desired Desired, intent Intent, recorded Recorded, observed Observed) {
	for _, o := range desired.Orphans {
		if intent.Prune {
			owner := Owner{desired.Project, p.ProjectID, desired.Environment, o.Secret}
			p.Changes = append(p.Changes, prune(o, owner, recorded, observed))
			continue
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s of %s is wanted no more; --prune deletes it, `sz state forget` leaves it", o.Target.Address, o.Secret))
	}
}
