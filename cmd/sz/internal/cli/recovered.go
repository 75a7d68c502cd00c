package cli

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/apply"
	"github.com/secretzero/sz/core/plan"
)

// afterRecovery decides again about secrets that an apply brought back: of a deleted
// value nobody could say whether it is the one that the Secretfile states. What comes of
// that was part of what was approved; nothing else is decided anew.
func (p *project) afterRecovery(c *cli.Context, options apply.Options, result apply.Result) (apply.Result, error) {
	back := plan.Selection{}
	for _, e := range result.Events {
		if e.Action == plan.Recover && e.Problem == nil {
			back[e.Secret] = nil
		}
	}
	if len(back) == 0 || result.Interrupted || result.Unrecorded != nil {
		return result, nil
	}
	recorded, err := plan.FromLock(p.lock.Lock())
	if err != nil {
		return result, err
	}
	options.Recorded, options.Observed, options.Begun = recorded, time.Now(), nil
	observed := p.session.Inspect(c.Context, p.desired, recorded)
	intent := plan.Intent{Only: p.desired.Users(back), KeepDue: true, Confirmed: asksFirst(c)}
	options.Plan = plan.Decide(p.desired, intent, recorded, observed, time.Now())
	if !options.Plan.HasChanges() {
		return result, nil
	}
	again, err := apply.Run(c.Context, options)
	again.Events = append(result.Events, again.Events...)
	return again, err
}
