package apply

import (
	"context"
	"fmt"
	"sync"

	"github.com/secretzero/sz/core/plan"
)

// What was written is looked at once more: another run on another machine may have been
// at work on the same secrets, and no store of ours refuses a write because of one a
// moment before. What holds something else by then is reported as not done. It happens
// beside the writes that are still to come, a little behind them, so that it takes no
// time of its own.
const (
	// confirmGroup is how many places are looked at with one call: few enough that a
	// store gets each, and does not list all that it has.
	confirmGroup = 8
	// confirmBehind is how many writes of a provider come before what is looked at.
	confirmBehind = 16
	// confirmCalls is how many calls are under way beside the writes: with more, each
	// would have to open connections that the writes have no use for. After the last
	// write theirs are free, and the rest is looked at all at once.
	confirmCalls = 2
)

// written is a place that this apply brought to an operation.
type written struct {
	secret string
	target plan.Target
	at     plan.Operation
}

// confirmer looks again at what was written. Its methods are safe for concurrent use.
type confirmer struct {
	run   *run
	calls chan struct{}
	group sync.WaitGroup

	mu      sync.Mutex
	waiting map[string][]written // by provider
}

func newConfirmer(r *run) *confirmer {
	return &confirmer{run: r, calls: make(chan struct{}, confirmCalls), waiting: map[string][]written{}}
}

// add takes a place that was just written, if it can be looked at.
func (c *confirmer) add(ctx context.Context, w written) {
	if !w.target.Can.Inspect || !w.target.Can.Marks {
		return
	}
	alias := w.target.Provider
	c.mu.Lock()
	c.waiting[alias] = append(c.waiting[alias], w)
	var some []written
	if list := c.waiting[alias]; len(list) >= confirmBehind+confirmGroup {
		some, c.waiting[alias] = list[:confirmGroup], list[confirmGroup:]
	}
	c.mu.Unlock()
	c.look(ctx, alias, some, c.calls)
}

// finish looks at the rest and waits for all answers.
func (c *confirmer) finish(ctx context.Context) {
	c.mu.Lock()
	rest := c.waiting
	c.waiting = map[string][]written{}
	c.mu.Unlock()
	for alias, list := range rest {
		for len(list) > 0 {
			n := min(confirmGroup, len(list))
			c.look(ctx, alias, list[:n], nil)
			list = list[n:]
		}
	}
	c.group.Wait()
}

// look makes one call, when there is a turn for it where turns are taken.
func (c *confirmer) look(ctx context.Context, alias string, list []written, turns chan struct{}) {
	if len(list) == 0 {
		return
	}
	c.group.Go(func() {
		if turns != nil {
			turns <- struct{}{}
			defer func() { <-turns }()
		}
		if ctx.Err() == nil { // who interrupts waits for writes under way, and for nothing else
			c.compare(list, c.run.Session.Marks(ctx, alias, targetsOf(list)))
		}
	})
}

func targetsOf(list []written) []plan.Target {
	targets := make([]plan.Target, len(list))
	for i, w := range list {
		targets[i] = w.target
	}
	return targets
}

// compare reports what holds something else. What a store does not tell now it told when
// it was written.
func (c *confirmer) compare(list []written, seen []plan.Observation) {
	for i, w := range list {
		if seen[i].Presence == plan.Unknown || seen[i].Mark.Operation == w.at.String() {
			continue
		}
		c.run.report(Event{w.secret, w.target.Address, plan.Conflict, &plan.Problem{
			Class: plan.ConflictProblem, Code: "overtaken",
			Summary: fmt.Sprintf("%s was stored, and holds something else by now: another run is, or was, at work on it", w.target.Address),
			Hint:    "apply again when it is done: that brings all targets to one value",
		}})
	}
}
