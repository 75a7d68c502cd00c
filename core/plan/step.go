package plan

import (
	"fmt"
	"strings"
)

// step decides one target. wanted is whether the secret should get a new value,
// mayMake whether the other targets allow one to be made.
func (d *decision) step(v *view, wanted bool, reason string, mayMake bool) Step {
	s := Step{Target: v.Target, Before: v.expectation(), Previous: v.operation, Mark: v.Mark}
	switch v.standing {
	case uncertain:
		s.Action, s.Reason, s.Problem = Unsure, v.explanation, v.Problem
	case drifted:
		d.stepDrifted(&s, v, reason, mayMake)
	case foreign:
		d.stepForeign(&s, v)
	case absent:
		d.stepAbsent(&s, wanted, reason, mayMake)
		if v.Presence == Deleted && s.Action.Changes() {
			s.Reason += "; " + v.explanation
		}
	case ours:
		d.stepOurs(&s, v, wanted, reason, mayMake)
	}
	return s
}

// expectation is what must be there still when a target is changed.
func (v *view) expectation() Expectation {
	return Expectation{Absent: v.standing == absent && v.Presence != Deleted, Deleted: v.Presence == Deleted, Receipt: v.Receipt}
}

func (d *decision) stepAbsent(s *Step, wanted bool, reason string, mayMake bool) {
	switch {
	case wanted && d.missing() != "":
		s.Action, s.Reason = Refused, d.missing()
	case wanted && !d.any(ours) && d.known && d.secret.OneTime && !d.forced:
		s.Action, s.Reason = Refused, "it was made once, is gone from every target, and one_time forbids another value; --replace makes one all the same"
	case wanted && !d.any(ours) && d.known && d.secret.PreventDestroy && !d.secret.Stated() && !d.forced:
		s.Action, s.Reason = Refused, "it is gone from every target though prevent_destroy protects it; bring it back where it was deleted, or --replace makes another"
	case wanted && mayMake:
		d.makeNew(s, Create, reason)
	case wanted:
		s.Action, s.Reason = Blocked, "another target of this secret must be settled first"
	case d.any(uncertain) && d.live != d.recorded.Operation:
		s.Action, s.Reason = Blocked, "another target of this secret could not be looked at"
	default:
		there, unsure := d.elsewhere()
		switch {
		case d.any(ours) || !there && !unsure:
			d.copyHere(s, "the value is missing here")
		case !there:
			s.Action, s.Reason = Unsure, "its value may still be where it was, which could not be looked at"
		default:
			d.copyHere(s, "it was moved here")
		}
	}
}

func (d *decision) stepOurs(s *Step, v *view, wanted bool, reason string, mayMake bool) {
	switch {
	case d.forbidden != "" && !v.unfinished:
		s.Action, s.Reason = Refused, d.forbidden
	case wanted && d.missing() != "":
		s.Action, s.Reason = Keep, "no value is stated; the one that is there is kept"
	case wanted && mayMake:
		d.makeNew(s, Replace, reason)
	case wanted:
		s.Action, s.Reason = Blocked, "another target of this secret must be settled first"
	case v.unfinished:
		d.copyHere(s, v.explanation)
	case v.operation != d.live:
		d.copyHere(s, fmt.Sprintf("it holds value %d, and value %d is the latest", v.operation.N, d.live.N))
	case v.Presence == Deleted:
		d.recover(s, v)
	case v.renamed != "":
		d.rename(s, v)
	case len(v.MetadataDiffers) > 0:
		d.remark(s, v)
	case d.inputUnknown != "" || d.readUnknown:
		s.Action, s.Reason = d.buildable()
	case d.skewNote != "":
		s.Action, s.Reason = Unsure, d.skewNote
	case d.unanswered(v):
		s.Action, s.Reason = Unsure, "it could not be compared with the value that the Secretfile states; reading it takes the right to get secrets"
	default:
		s.Action, s.Reason = Keep, v.explanation
	}
}

// makeNew gives a target a new value, if all that goes into it can be had.
func (d *decision) makeNew(s *Step, action Action, reason string) {
	if why, reason := d.buildable(); why != "" {
		s.Action, s.Reason = why, reason
		return
	}
	if d.unsigned && !d.intent.Confirmed && (d.any(ours) || d.any(drifted)) {
		s.Action = Refused
		s.Reason = reason + "; but the lock file is missing, and marks alone say that this is ours: restore it from version control, or say yes on a terminal"
		return
	}
	if d.keepsFields() && d.source == nil && d.unread != nil {
		s.Action, s.Reason = Unsure, "its stated fields changed, and the generated ones must be kept: "+d.sealed()
		return
	}
	if d.keepsFields() && d.source == nil {
		s.Action, s.Reason = Refused, "its stated fields changed, and the generated ones can be read from none of its targets"
		return
	}
	s.Action, s.Reason = action, reason
}

// copyHere brings the live value to a target, if it can be had and is known to be ours
// to bring.
func (d *decision) copyHere(s *Step, reason string) {
	switch {
	case d.unproved != "" && !d.intent.Confirmed && !d.secret.Stated() && !d.intent.Accept.Has(d.secret.Name):
		s.Action = Unsure
		s.Reason = fmt.Sprintf("%s; it is brought here after a yes on a terminal, or with --drift=accept=%s", d.unproved, d.secret.Name)
	case d.source != nil || d.secret.Stated():
		s.Action, s.Reason = Copy, reason
	case d.unread != nil:
		s.Action, s.Reason = Unsure, d.sealed()
	default:
		s.Action = Refused
		s.Reason = fmt.Sprintf("the value is at another target from which it cannot be read; --replace %s makes a new one for all, or remove this target", d.secret.Name)
	}
}

// sealed says that the value is there and cannot be had.
func (d *decision) sealed() string {
	return fmt.Sprintf("the value is at %s, where this identity may look and not read; it takes the right to get secrets", d.unread.Address)
}

// recover brings a deleted value back.
func (d *decision) recover(s *Step, v *view) {
	if !v.Can.Update {
		s.Action, s.Reason = Refused, "it was deleted, and this kind of target cannot bring it back"
		return
	}
	s.Action, s.Reason = Recover, v.explanation
	if d.secret.Stated() {
		s.Reason += "; then it gets the value that the Secretfile states"
	}
}

// rename gives a value that is there its new name.
func (d *decision) rename(s *Step, v *view) {
	if !v.Can.Update {
		s.Action, s.Reason = Keep, fmt.Sprintf("it was named %s", v.renamed)
		return
	}
	s.Action, s.Reason = Remark, fmt.Sprintf("it was named %s, and gets our mark under its new name", v.renamed)
}

// remark changes what is around a value when the Secretfile asked for it, and
// calls it drift when somebody else did: an incident response that disabled a
// secret is not undone by the next apply.
func (d *decision) remark(s *Step, v *view) {
	what := strings.Join(v.MetadataDiffers, ", ")
	switch {
	case !d.definitionChanged() && !d.intent.Restore.HasTarget(d.secret.Name, v.Address):
		s.Action, s.Reason = Drifted, what+" changed outside"
	case !v.Can.Update:
		s.Action, s.Reason = Refused, what+" changed, and this kind of target cannot change it in place"
	default:
		s.Action, s.Reason = Remark, what+" changed in the Secretfile"
		if !d.definitionChanged() {
			s.Reason = what + " changed outside, and is put back"
		}
	}
}

// stepDrifted decides a target whose value was changed outside: a person says what
// becomes of it.
func (d *decision) stepDrifted(s *Step, v *view, reason string, mayMake bool) {
	switch {
	case d.forced && mayMake:
		d.makeNew(s, Replace, reason)
	case d.intent.Accept.HasTarget(d.secret.Name, v.Address):
		d.accept(s, v)
	case !d.intent.Restore.HasTarget(d.secret.Name, v.Address):
		s.Action, s.Reason = Drifted, v.explanation
	case d.source == nil && !d.secret.Stated() && d.unread != nil:
		s.Action, s.Reason = Unsure, d.sealed()
	case d.source == nil && !d.secret.Stated():
		s.Action, s.Reason = Refused, "its value can be read from no other target; --replace makes a new one, --drift=accept keeps what is there"
	default:
		s.Action, s.Reason = Copy, v.explanation+"; it is put back"
	}
}

// accept takes what lies at a target for the value. Its other targets get it next.
func (d *decision) accept(s *Step, v *view) {
	drifts := 0
	for i := range d.views {
		if d.views[i].standing == drifted && d.intent.Accept.HasTarget(d.secret.Name, d.views[i].Address) {
			drifts++
		}
	}
	switch {
	case d.hasStated():
		s.Action, s.Reason = Refused, "the Secretfile states what it should hold; change that instead"
	case v.Field != "":
		s.Action, s.Reason = Refused, "it holds a field of the secret only"
	case drifts > 1:
		s.Action, s.Reason = Refused, "several of its targets were changed; accept one of them, as in --drift=accept=NAME@TARGET"
	case !v.Can.Update || v.Presence != Present:
		s.Action, s.Reason = Refused, "this kind of target cannot carry our mark beside another value"
	default:
		s.Action, s.Reason = Accept, v.explanation+"; it is taken for the value"
	}
}

// unanswered reports a comparison that was asked for and not answered.
func (d *decision) unanswered(v *view) bool {
	for _, answer := range v.Stated {
		if answer == NotCompared {
			return true
		}
	}
	return false
}

// missing names the parts that should state a value and do not.
func (d *decision) missing() string {
	var names []string
	for _, p := range d.secret.Parts {
		if p.Missing {
			names = append(names, strings.TrimPrefix(d.secret.Name+"."+p.Field, "."))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "no value is stated for " + strings.TrimSuffix(strings.Join(names, ", "), ".")
}
