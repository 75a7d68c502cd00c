package plan

import (
	"slices"
	"time"
)

// Decide compares what is wanted with what is recorded and observed. It is pure:
// equal arguments give equal plans, whatever their order in a map.
func Decide(desired Desired, intent Intent, recorded Recorded, observed Observed, now time.Time) *Plan {
	id, warnings := projectID(desired, recorded, observed)
	p := &Plan{Project: desired.Project, ProjectID: id, Environment: desired.Environment, Warnings: warnings}
	p.Warnings = append(p.Warnings, unknownPlaces(desired, recorded)...)
	before, names, heirs, makers := map[string]*decision{}, namesOf(desired), heirs(desired, id, observed), makers(desired, id, observed)
	for _, s := range desired.Secrets {
		owner := Owner{desired.Project, id, desired.Environment, s.Name}
		d := newDecision(s, owner, recorded, observed, names)
		d.intent, d.now = intent, now
		d.unsigned = recorded.ProjectID == ""
		d.inherit(recorded, heirs)
		p.Warnings = append(p.Warnings, d.distrust(makers)...)
		d.mistrust()
		d.findLive()
		d.addOrphans(desired.Orphans, owner, recorded, observed)
		d.findAdoption()
		d.findRead(observed)
		d.findInputs(before)
		d.findRenewal(intent, now)
		before[s.Name] = d
		left := intent.Only != nil && !intent.Only.Has(s.Name) || intent.OnlyDue && d.renewal == "" && d.inputChanged == ""
		if left {
			d.change = Change{Secret: s, Action: Keep, Live: d.live} // only read, if at all
			p.Left++
			continue
		}
		d.change = d.decide()
		p.Changes = append(p.Changes, d.change)
	}
	if intent.Only == nil && !intent.OnlyDue {
		p.orphans(desired, intent, recorded, observed)
	}
	return p
}

// decision is one secret while it is decided upon.
type decision struct {
	secret   Secret
	recorded RecordedSecret
	known    bool // the secret is in the lock file
	views    []view
	old      []view // places where it was and is wanted no more
	live     Operation
	greatest Operation
	source   *view
	adopted  *view // whose value becomes the secret's
	now      time.Time
	change   Change // once it is decided
	intent   Intent

	renewal   string // why a new value is wanted that nothing there asks for
	forced    bool   // also over what was changed outside
	forbidden string // why one that was asked for is not made
	dueNote   string
	skewNote  string // why it is not known whether a rotation is due
	unproved  string // why what is at the origin is not carried further by itself
	unsigned  bool   // the lock file is missing: marks alone say what is ours
	unread    *view  // where the live value is and may not be read

	// Of a secret that is built of others.
	inputs       []Input
	inputChanged string // why it needs a new value for it
	inputUnknown string // the input that is why it cannot be built, and so on
	inputBlocked string
	inputUnread  string
	inputSealed  string
	readStuck    Action // why what it is read from cannot be read; empty when it can
	readWhy      string
	readUnknown  bool // it was not found out what is there
}

func newDecision(s Secret, owner Owner, recorded Recorded, observed Observed, names names) *decision {
	d := &decision{secret: s}
	d.recorded, d.known = recorded.Secrets[s.Name]
	for _, t := range s.Targets {
		r, ok := recorded.Targets[t.Address]
		v := classify(t, observed[t.Address], r, ok && r.Secret == s.Name, owner, names)
		v.finish(recorded.Begun[s.Name])
		d.views = append(d.views, v)
	}
	d.greatest = recorded.Begun[s.Name].Operation
	return d
}

// findLive finds the operation of the value that counts, and where that can be
// read.
func (d *decision) findLive() {
	d.live = d.recorded.Operation
	if d.live.Compare(d.greatest) > 0 {
		d.greatest = d.live
	}
	for _, v := range d.views {
		if v.standing == ours && !v.unfinished && v.operation.Compare(d.live) > 0 {
			d.live = v.operation
		}
		// A foreign or drifted mark may hold a number that is greater still; ours
		// must be greater than all, or order would not tell age.
		for _, seen := range []Operation{v.operation, v.recorded.Operation, parsed(v.Mark.Operation)} {
			if seen.Compare(d.greatest) > 0 {
				d.greatest = seen
			}
		}
	}
	d.source = d.findSource()
}

func parsed(operation string) Operation {
	o, _ := ParseOperation(operation)
	return o
}

// findSource is the first target in file order from which the live value can be
// read whole, else the first from which it can once it is recovered. Values flow
// from there outward only.
func (d *decision) findSource() *view {
	var deleted *view
	d.unread = nil
	for i := range d.views {
		v := &d.views[i]
		if v.standing != ours || v.unfinished || v.operation != d.live || !v.Can.Read || v.Field != "" {
			continue
		}
		if v.Unreadable {
			d.unread = v
			continue
		}
		if v.Presence == Present {
			return v
		}
		if v.Presence == Deleted && deleted == nil {
			deleted = v
		}
	}
	return deleted
}

func (d *decision) any(s standing) bool {
	for _, v := range d.views {
		if v.standing == s {
			return true
		}
	}
	return false
}

func (d *decision) decide() Change {
	c := Change{Secret: d.secret, Live: d.live, Inputs: d.inputs, Text: d.secret.text(), Revoke: d.intent.Revoke.Has(d.secret.Name)}
	reason, newValue := d.wantsNewValue()
	if d.adopted != nil {
		newValue = false // what is there becomes the value
	}
	mayMake := !d.any(uncertain) && !d.any(foreign) && (d.forced || !d.any(drifted))
	for i := range d.views {
		c.Steps = append(c.Steps, d.step(&d.views[i], newValue, reason, mayMake))
	}
	allOrNone(c.Steps)
	d.retire(&c)
	d.narrow(&c)
	c.Action, c.Reason = strongest(c.Steps)
	for _, s := range c.Steps {
		if s.Action == Create || s.Action == Replace || s.Action == Accept || s.Action == Adopt {
			c.Number = d.greatest.N + 1
		}
	}
	d.addSource(&c)
	if c.Action == Keep {
		c.Reason = d.note()
	}
	return c
}

// allOrNone keeps a new value from going to some targets when another cannot take it.
func allOrNone(steps []Step) {
	makes := func(s Step) bool { return s.Action == Create || s.Action == Replace }
	stuck := func(s Step) bool { return !makes(s) && !s.Action.Changes() && s.Action != Keep }
	if !slices.ContainsFunc(steps, stuck) {
		return
	}
	for i := range steps {
		if makes(steps[i]) {
			steps[i].Action, steps[i].Reason = Blocked, "a new value goes to all targets, and another of them cannot take it"
		}
	}
}

// addSource names where a value is read from, for steps that need one that is
// neither generated nor stated.
func (d *decision) addSource(c *Change) {
	for _, s := range c.Steps {
		needs := s.Action == Copy && !d.secret.Stated() || s.Action == Replace && d.keepsFields()
		if needs && d.source != nil {
			c.Source, c.SourceReceipt = &d.source.Target, d.source.Receipt
		}
	}
	for _, s := range c.Steps {
		c.Recheck = c.Recheck || s.Action == Replace && d.definitionChanged() && d.hasStated()
	}
}

// narrow leaves the targets that were not selected. A new value goes to all of
// them or to none.
func (d *decision) narrow(c *Change) {
	if d.intent.Only == nil {
		return
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		selected := d.intent.Only.HasTarget(d.secret.Name, s.Target.Address)
		switch {
		case !selected && s.Action.Changes():
			s.Action, s.Reason = Keep, "not selected"
		case selected && len(d.intent.Only[d.secret.Name]) > 0 && (s.Action == Create || s.Action == Replace):
			s.Action, s.Reason = Refused, "a new value goes to all targets; select the secret as a whole"
		}
	}
}

// note is what a person should know of a secret that is left as it is.
func (d *decision) note() string {
	if d.dueNote != "" {
		return d.dueNote
	}
	if d.definitionChanged() {
		return "its definition changed; the value is kept, and --replace makes a new one"
	}
	for _, v := range d.views {
		if v.explanation != "" {
			return v.explanation
		}
	}
	return ""
}

// strength orders actions for the summary of a secret: what needs a person
// first, then what is done.
var strength = map[Action]int{
	Keep: 0, Retire: 1, Remark: 2, Recover: 3, Copy: 4, Accept: 5, Adopt: 6, Replace: 7, Create: 8, Release: 9, Delete: 10,
	Blocked: 11, Drifted: 12, Unsure: 13, Conflict: 14, Refused: 15,
}

func strongest(steps []Step) (Action, string) {
	action, reason := Keep, ""
	for _, s := range steps {
		if strength[s.Action] > strength[action] {
			action, reason = s.Action, s.Reason
		}
	}
	return action, reason
}
