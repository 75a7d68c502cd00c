package plan

import (
	"strings"
	"time"
)

// Retirement is an earlier version of a value that is to be made useless, since it
// was replaced and the time in which both were valid is over.
type Retirement struct {
	Revision  string
	Operation Operation
	Due       time.Time
}

// retire adds the retirements that are due to the steps of targets that need nothing
// else. What could not be looked at may be what somebody still falls back on: then
// nothing is retired.
func (d *decision) retire(c *Change) {
	if d.any(uncertain) || d.skewed() {
		return
	}
	for i := range c.Steps {
		s, v := &c.Steps[i], &d.views[i]
		if s.Action != Keep || v.standing != ours || v.operation != d.live || !v.Can.Versions || !v.Can.Retire {
			continue
		}
		var numbers []string
		for _, r := range v.recorded.Retiring {
			if r.Operation == v.operation || r.Due.After(d.now) && !d.intent.Revoke.HasTarget(d.secret.Name, v.Address) {
				continue
			}
			s.Retired = append(s.Retired, r)
			numbers = append(numbers, r.Operation.String())
		}
		if len(s.Retired) > 0 {
			s.Action = Retire
			s.Reason = "its overlap is over; disables the version of " + strings.Join(numbers, ", ")
		}
	}
}

// maxSkew is how far a store's clock and ours may be apart for times to be
// believed.
const maxSkew = 5 * time.Minute

// skewed reports a store whose clock is not ours: then nobody knows what is due.
func (d *decision) skewed() bool {
	for _, v := range d.views {
		if !v.StoreTime.IsZero() && d.now.Sub(v.StoreTime).Abs() > maxSkew {
			return true
		}
	}
	return false
}
