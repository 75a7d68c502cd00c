package apply

import (
	"context"
	"fmt"
	"sync"

	"github.com/secretzero/sz/core/plan"
)

// confirmGroup is how many places are looked at with one call: few enough that a store
// gets each, and does not list all that it has.
const confirmGroup = 8

// written is a place that this apply brought to an operation.
type written struct {
	secret string
	target plan.Target
	at     plan.Operation
}

// wrote remembers what was written, to be confirmed in the end.
func (r *run) wrote(w written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stored = append(r.stored, w)
}

// confirm looks once more at what was written, at the end: another run on another machine
// may have been at work on the same secrets, and no store of ours refuses a write because
// of one a moment before. What holds something else by now is reported as not done.
func (r *run) confirm(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	var group sync.WaitGroup
	for alias, list := range r.unconfirmed() {
		for len(list) > 0 {
			some := list[:min(confirmGroup, len(list))]
			list = list[len(some):]
			group.Go(func() { r.confirmSome(ctx, alias, some) })
		}
	}
	group.Wait()
}

// unconfirmed are the places that were written and can be looked at, by provider.
func (r *run) unconfirmed() map[string][]written {
	todo := map[string][]written{}
	for _, w := range r.stored {
		if w.target.Can.Inspect && w.target.Can.Marks {
			todo[w.target.Provider] = append(todo[w.target.Provider], w)
		}
	}
	return todo
}

func (r *run) confirmSome(ctx context.Context, alias string, list []written) {
	targets := make([]plan.Target, len(list))
	for i, w := range list {
		targets[i] = w.target
	}
	for i, o := range r.Session.Marks(ctx, alias, targets) {
		w := list[i]
		if o.Presence == plan.Unknown || o.Mark.Operation == w.at.String() {
			continue // what the store does not tell now was told when it was written
		}
		r.report(Event{w.secret, w.target.Address, plan.Conflict, &plan.Problem{
			Class: plan.ConflictProblem, Code: "overtaken",
			Summary: fmt.Sprintf("%s was stored, and holds something else by now: another run is, or was, at work on it", w.target.Address),
			Hint:    "apply again when it is done: that brings all targets to one value",
		}})
	}
}
