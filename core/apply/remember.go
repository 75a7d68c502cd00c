package apply

import (
	"github.com/secretzero/sz/core/plan"
)

// Remember records what is at the targets that a plan leaves as they are, where
// the lock file does not tell of it: after another copy of the project wrote it, or
// when the lock file was lost; and what an apply that did not finish left in its
// journal. It changes no store.
func Remember(options Options) error {
	if options.Plan.ProjectID == "" && !options.Lock.Unfinished() {
		return nil
	}
	r := &run{Options: options}
	r.setProject(options.Plan.ProjectID)
	unknown := false
	for _, c := range options.Plan.Changes {
		for _, s := range c.Steps {
			known := options.Recorded.Targets[s.Target.Address]
			if s.Action != plan.Keep || s.Previous.IsZero() || known.Operation == s.Previous && known.Secret == c.Secret.Name {
				continue
			}
			unknown = true
			r.note(c, s, s.Previous, s.Before.Receipt)
		}
	}
	if !unknown && !r.Lock.Unfinished() {
		return nil
	}
	return r.Lock.Save()
}
