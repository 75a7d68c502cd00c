package plan

import "time"

// findRenewal finds why a new value is wanted that nothing that is there asks for.
func (d *decision) findRenewal(intent Intent, now time.Time) {
	s := d.secret
	generates := false
	for _, p := range s.Parts {
		generates = generates || p.Generated()
	}
	since, due := d.due(now)
	switch {
	case intent.Replace.Has(s.Name) && generates:
		d.forced, d.renewal = true, "a new value was asked for"
	case intent.Replace.Has(s.Name):
		d.forbidden = "what it holds is stated; change that instead"
	case intent.Rotate.Has(s.Name) && !generates:
		d.forbidden = "nothing of it is generated; supply another value, or rotate what it is built of"
	case intent.Rotate.Has(s.Name) && s.OneTime:
		d.forbidden = "one_time forbids another value; --replace makes one all the same"
	case intent.Rotate.Has(s.Name):
		d.renewal = "a rotation was asked for"
	case !due:
	case d.skewed():
		d.skewNote = "its rotation seems due since " + since + ", but the clocks of this machine and of the store differ"
	case !generates:
		d.dueNote = "its rotation is due since " + since + "; supply a new value"
	case s.OneTime:
		d.dueNote = "its rotation is due since " + since + ", and one_time forbids another value"
	case intent.KeepDue:
		d.dueNote = "its rotation is due since " + since
	default:
		d.renewal = "its rotation is due since " + since
	}
}

// due reports a value that is older than its period. The age is what the lock file
// tells, else the operation itself.
func (d *decision) due(now time.Time) (since string, due bool) {
	made := d.recorded.Rotated
	if made.IsZero() && d.any(ours) {
		made = d.live.Time
	}
	if d.secret.RotationPeriod == 0 || made.IsZero() {
		return "", false
	}
	at := made.Add(d.secret.RotationPeriod)
	return at.UTC().Format("2006-01-02"), !at.After(now)
}
