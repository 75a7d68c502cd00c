package plan

import (
	"slices"
)

// removal decides deletions. It takes two proofs: our mark in the store, and a
// receipt here that names the same operation.
type removal struct {
	intent   Intent
	recorded Recorded
	observed Observed
}

// Destroy is the plan that deletes what secrets hold in their targets, and in those
// where they are wanted no more. Of the intent only Only and DeleteAdopted count.
func Destroy(desired Desired, intent Intent, recorded Recorded, observed Observed) *Plan {
	r := &removal{intent, recorded, observed}
	p := r.plan(desired, func(owner Owner, s Secret, t Target) Step {
		step := r.remove(t, owner, "it was asked for")
		if s.PreventDestroy && step.Action == Delete {
			step.Action, step.Reason = Refused, "prevent_destroy forbids it; remove that from the Secretfile and apply first"
		}
		return step
	})
	for _, o := range desired.Orphans {
		if intent.Only == nil {
			p.Changes = append(p.Changes, r.prune(o, Owner{desired.Project, p.ProjectID, desired.Environment, o.Secret}))
		}
	}
	return p
}

// Purge is the plan that removes for good what was deleted and a store still keeps.
func Purge(desired Desired, intent Intent, recorded Recorded, observed Observed) *Plan {
	r := &removal{intent, recorded, observed}
	return r.plan(desired, func(owner Owner, s Secret, t Target) Step {
		return r.purge(t, owner, s.PreventDestroy)
	})
}

// plan decides each target of the selected secrets. What is built of others goes
// first.
func (r *removal) plan(desired Desired, decide func(Owner, Secret, Target) Step) *Plan {
	id, warnings := projectID(desired, r.recorded, r.observed)
	p := &Plan{Project: desired.Project, ProjectID: id, Environment: desired.Environment, Warnings: warnings}
	for _, s := range slices.Backward(desired.Secrets) {
		if r.intent.Only != nil && !r.intent.Only.Has(s.Name) {
			p.Left++
			continue
		}
		c := Change{Secret: s}
		for _, t := range s.Targets {
			c.Steps = append(c.Steps, decide(Owner{desired.Project, id, desired.Environment, s.Name}, s, t))
		}
		c.Action, c.Reason = strongest(c.Steps)
		p.Changes = append(p.Changes, c)
	}
	return p
}

// prune decides what becomes of an orphan that is to be deleted.
func (r *removal) prune(o Orphan, owner Owner) Change {
	c := Change{Secret: Secret{Name: o.Secret, Kind: "not in the Secretfile"}}
	c.Steps = []Step{r.remove(o.Target, owner, "the Secretfile wants it no more")}
	if r.recorded.Secrets[o.Secret].PreventDestroy {
		c.Steps[0].Action, c.Steps[0].Reason = Refused, "prevent_destroy holds until `sz state forget`"
	}
	c.Action, c.Reason = strongest(c.Steps)
	c.Live = c.Steps[0].Previous
	return c
}

// remove decides the deletion of what is at one target.
func (r *removal) remove(t Target, owner Owner, reason string) Step {
	if t.Provider == "" {
		return Step{Target: t, Action: Refused, Reason: "no target of the Secretfile leads to its store; delete it by hand, then `sz state forget`"}
	}
	recorded, known := r.recorded.Targets[t.Address]
	known = known && recorded.Secret == owner.Secret
	v := classify(t, r.observed[t.Address], recorded, known, owner, nil)
	s := removing(t, v, owner)
	switch {
	case v.standing == uncertain:
		s.Action, s.Reason, s.Problem = Unsure, v.explanation, v.Problem
	case v.standing != ours && v.standing != absent:
		s.Action, s.Reason = Conflict, v.explanation+"; it is not deleted"
	case !known && (v.standing == absent || v.Presence == Deleted):
		s.Action, s.Reason = Keep, "nothing is there"
	case v.standing == absent || v.Presence == Deleted:
		s.Action, s.Reason = Delete, "it is gone already, and is forgotten"
		s.Before = Expectation{Absent: true}
		s.Previous, s.Mark.Operation = recorded.Operation, recorded.Operation.String()
	case !known || recorded.Operation != v.operation:
		s.Action, s.Reason = Conflict, "the lock file does not tell of this value; apply first"
	case !t.Can.Retire:
		s.Action, s.Reason = Refused, "this kind of target cannot delete"
	case (v.Mark.Origin == Adopted || recorded.Origin == Adopted) && !r.intent.DeleteAdopted.HasTarget(owner.Secret, t.Address):
		s.Action, s.Reason = Release, "it was there before us: our mark is removed, and nothing else; --delete-adopted deletes it"
	default:
		s.Action, s.Reason = Delete, reason
	}
	return s
}

// purge decides the removal for good of what is deleted at one target. The user's
// word and our mark are the two proofs: the receipt went with the deletion.
func (r *removal) purge(t Target, owner Owner, prevented bool) Step {
	o := r.observed[t.Address]
	v := view{Target: t, Observation: o}
	v.operation, _ = ParseOperation(o.Mark.Operation)
	s := removing(t, v, owner)
	mine := owner.ID != "" && o.Mark.Owner == owner.String()
	switch {
	case o.Presence == Unknown || o.Presence == Changing:
		s.Action, s.Reason, s.Problem = Unsure, "it could not be looked at", o.Problem
	case o.Presence == Present || o.Presence == Disabled:
		s.Action, s.Reason = Keep, "it is not deleted; `sz destroy` deletes it"
	case o.Presence != Deleted:
		s.Action, s.Reason = Keep, "nothing is there"
	case !mine:
		s.Action, s.Reason = Conflict, "a deleted secret that sz did not write holds this name; it is not purged"
	case prevented:
		s.Action, s.Reason = Refused, "prevent_destroy forbids it; remove that from the Secretfile first"
	case !t.Can.Retire:
		s.Action, s.Reason = Refused, "this kind of target cannot delete"
	default:
		s.Action, s.Reason = Delete, "it goes for good"
	}
	return s
}

func removing(t Target, v view, owner Owner) Step {
	return Step{Target: t, Before: v.expectation(), Previous: v.operation, Mark: Mark{Owner: owner.String(), Operation: v.operation.String()}}
}
