package conformance

import (
	"context"
	"maps"
	"slices"

	"github.com/secretzero/sz/sdk/wire"
)

// written is what the checks wrote to a place last.
type written struct {
	by   *targetCase
	ref  wire.TargetRef
	mark wire.Mark
}

func (r *run) hasWritten(p *place) bool {
	_, yes := r.wrote[p.ref.Address]
	return yes
}

// cleanUp deletes what the checks wrote with a provider, where the kind can do that, so
// that they find an empty place the next time. What stays is said.
func (r *run) cleanUp(ctx context.Context, p Provider) {
	result := Result{Check: "clean-up", Case: "provider " + p.Alias, About: "what the checks wrote is deleted again", Status: Pass}
	(&trial{ctx: ctx, run: r, result: &result}).do(func(t *trial) {
		var s *session
		for _, address := range slices.Sorted(maps.Keys(r.wrote)) {
			w := r.wrote[address]
			if w.by.provider.Alias != p.Alias || !w.by.description.Can(wire.CanRetire) {
				continue
			}
			if s == nil {
				s = w.by.begin(t)
			}
			w.delete(t, s)
		}
	})
	if result.Status == Pass {
		return
	}
	result.Status = Warn // a store that keeps it is no fault of the plugin's
	r.report.Results = append(r.report.Results, result)
	if r.options.Done != nil {
		r.options.Done(result)
	}
}

// delete deletes what is at a place, unless that is nothing.
func (w written) delete(t *trial, s *session) {
	if w.by.description.Can(wire.CanInspect) {
		states, err := s.client.Inspect(t.call(), []wire.InspectItem{{Target: w.ref}}, nil)
		t.must(err)
		switch {
		case states[0].Presence != wire.Present && states[0].Presence != wire.Disabled:
			return
		case w.by.description.Can(wire.CanMark):
			w.mark = states[0].Mark
		}
	}
	result, err := s.changer.Retire(t.call(), wire.RetireItem{Target: w.ref, Mode: wire.RetireDelete, Mark: w.mark})
	t.must(err)
	if !stored(result) {
		t.errorf("what the checks wrote stays at %s: %s", w.ref.Address, texts(result.Diagnostics))
	}
}
