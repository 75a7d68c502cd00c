package plan

import "fmt"

// findAdoption finds the target whose value becomes the secret's: the first in file
// order that holds somebody else's, when a person asks for it and none holds ours.
func (d *decision) findAdoption() {
	if d.any(ours) {
		return
	}
	for i := range d.views {
		v := &d.views[i]
		if v.standing == foreign && d.mayAdopt(v) && d.adoptable(v) == "" {
			d.adopted = v
			if v.Can.Read {
				d.source = v
			}
			return
		}
	}
}

// mayAdopt reports that a person asks to adopt what is at a target.
func (d *decision) mayAdopt(v *view) bool {
	return d.intent.Adopt.HasTarget(d.secret.Name, v.Address) || d.secret.Adopt && d.intent.Confirmed
}

// adoptable says why what is at a target cannot be adopted; empty when it can.
func (d *decision) adoptable(v *view) string {
	switch {
	case v.Presence != Present:
		return "it cannot be read now"
	case v.Field != "":
		return "the target holds a field of the secret only"
	case !v.Can.Update && !v.Can.Read:
		return "this kind of target cannot carry our mark beside a value that is there"
	}
	return ""
}

// stepForeign decides a target that holds what is not ours: it is left alone, unless
// a person asks to adopt it.
func (d *decision) stepForeign(s *Step, v *view) {
	why := d.adoptable(v)
	switch {
	case v.held:
		s.Action, s.Reason = Refused, v.explanation+"; bring it back or purge it by hand, or let on_deleted: recover do so"
	case !d.mayAdopt(v):
		s.Action, s.Reason = Conflict, v.explanation
		if v.Presence == Deleted {
			s.Problem = v.Problem // what may be done about it
		}
		if d.secret.Adopt && v.Presence == Present {
			s.Reason = fmt.Sprintf("%s; the Secretfile asks to adopt it, which takes --adopt %s", v.explanation, d.secret.Name)
		}
	case why != "":
		s.Action, s.Reason = Conflict, v.explanation+", and cannot be adopted: "+why
	case v == d.adopted:
		s.Action, s.Reason = Adopt, "what is there is taken for the value"
	case d.source == nil:
		s.Action, s.Reason = Conflict, v.explanation+"; it cannot be compared with the value, which can be read from none of its targets"
	case len(d.intent.Adopt[d.secret.Name]) > 0:
		s.Action, s.Foreign, s.Reason = Copy, true, "it is taken over, and gets the value"
	default:
		s.Action, s.Foreign, s.Equal = Copy, true, true
		s.Reason = fmt.Sprintf("it is taken over if it holds what is at %s", d.source.Address)
	}
}
