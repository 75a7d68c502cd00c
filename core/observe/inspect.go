package observe

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/secret"
)

// inspectBatch is how many addresses one call asks about: enough that a store can
// list instead of getting each, and small enough for one message.
const inspectBatch = 1000

// question is one address to look at and what it should be compared with.
type question struct {
	target plan.Target
	item   pluginhost.InspectItem
	whole  *secret.Payload
	fields map[string]secret.Payload
}

// Inspect looks at every target of desired, the provider instances side by side.
// What could not be found out is observed as unknown, with the reason.
func (s *Session) Inspect(ctx context.Context, desired plan.Desired, recorded plan.Recorded) plan.Observed {
	questions := map[string][]question{}
	for _, wanted := range desired.Secrets {
		for _, t := range wanted.Targets {
			r, known := recorded.Targets[t.Address]
			sameDefinition := known && recorded.Secrets[wanted.Name].Definition == wanted.Definition
			questions[t.Provider] = append(questions[t.Provider], ask(wanted, t, r, sameDefinition))
		}
	}
	for _, wanted := range desired.Secrets {
		if r := wanted.Read; r != nil {
			questions[r.Target.Provider] = append(questions[r.Target.Provider], question{target: r.Target, item: pluginhost.InspectItem{Target: reference(plan.Secret{}, r.Target)}})
		}
	}
	for _, o := range desired.Orphans {
		if o.Target.Provider != "" {
			t, r := o.Target, recorded.Targets[o.Target.Address]
			ref := pluginhost.TargetRef{Kind: t.Address.Kind, Address: t.Address.Place}
			questions[t.Provider] = append(questions[t.Provider], question{target: t, item: pluginhost.InspectItem{Target: ref, Receipt: pluginhost.Receipt(r.Receipt)}})
		}
	}
	observed := plan.Observed{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for alias, list := range questions {
		for start := 0; start < len(list); start += inspectBatch {
			batch := list[start:min(start+inspectBatch, len(list))]
			group.Go(func() {
				answers := s.inspect(ctx, alias, batch)
				mu.Lock()
				defer mu.Unlock()
				for i, q := range batch {
					observed[q.target.Address] = answers[i]
				}
			})
		}
	}
	group.Wait()
	s.histories(ctx, plan.Doubtful(desired, recorded, observed), observed)
	return observed
}

// histories adds what earlier versions tell to what was observed at targets.
func (s *Session) histories(ctx context.Context, targets []plan.Target, observed plan.Observed) {
	for _, t := range targets {
		versions, problem := s.Versions(ctx, plan.Secret{}, t)
		if problem != nil {
			continue // then nothing is proved by it
		}
		o := observed[t.Address]
		for _, v := range versions {
			o.History = append(o.History, plan.Mark(v.Mark))
		}
		observed[t.Address] = o
	}
}

// Compare looks at one target again and compares it with what wanted states, also
// when the definition changed since the last write.
func (s *Session) Compare(ctx context.Context, wanted plan.Secret, t plan.Target, r plan.RecordedTarget) plan.Observation {
	return s.inspect(ctx, t.Provider, []question{ask(wanted, t, r, true)})[0]
}

// Holds reports that a target holds a value. Anything but a plain yes is a no.
func (s *Session) Holds(ctx context.Context, wanted plan.Secret, t plan.Target, r plan.Receipt, value secret.Payload) bool {
	q := question{target: t, whole: &value, item: pluginhost.InspectItem{
		Target:  reference(wanted, t),
		Receipt: pluginhost.Receipt(r), CompareValue: true,
	}}
	o := s.inspect(ctx, t.Provider, []question{q})[0]
	return o.Presence == plan.Present && o.Stated[""] == plan.Same && o.Receipt.Revision == r.Revision
}

// Marks looks at targets of one provider for nothing but what they hold.
func (s *Session) Marks(ctx context.Context, alias string, targets []plan.Target) []plan.Observation {
	questions := make([]question, len(targets))
	for i, t := range targets {
		questions[i] = question{target: t, item: pluginhost.InspectItem{Target: reference(plan.Secret{}, t)}}
	}
	return s.inspect(ctx, alias, questions)
}

// ask asks for a comparison only where a receipt says that the value there is
// ours: a challenge for anything else would tell a store what we think of it.
func ask(wanted plan.Secret, t plan.Target, r plan.RecordedTarget, compare bool) question {
	q := question{target: t, fields: map[string]secret.Payload{}}
	q.item = pluginhost.InspectItem{
		Target:  reference(wanted, t),
		Receipt: pluginhost.Receipt(r.Receipt),
	}
	if !compare {
		return q
	}
	whole, fields := wanted.Compare(t)
	for _, p := range wanted.Parts {
		switch {
		case whole && (p.Field == t.Field || p.Field == ""):
			q.whole, q.item.CompareValue = p.Stated, true
		case !whole && p.Stated != nil && contains(fields, p.Field):
			q.fields[p.Field] = *p.Stated
		}
	}
	q.item.CompareFields = fields
	return q
}

func (s *Session) inspect(ctx context.Context, alias string, questions []question) []plan.Observation {
	out := make([]plan.Observation, len(questions))
	instance := s.Provider(alias)
	if instance == nil {
		return unknown(out, &plan.Problem{Class: plan.ProviderProblem, Code: "provider-closed", Summary: "provider " + alias + " could not be opened"})
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: see crypto/rand
	items := make([]pluginhost.InspectItem, len(questions))
	for i, q := range questions {
		items[i] = q.item
	}
	states, err := instance.Inspect(ctx, items, key)
	if err != nil {
		return unknown(out, &plan.Problem{Class: plan.ProviderProblem, Code: "plugin-failed", Summary: err.Error()})
	}
	for i, state := range states {
		out[i] = observation(questions[i], state, key)
	}
	return out
}

func unknown(out []plan.Observation, problem *plan.Problem) []plan.Observation {
	for i := range out {
		out[i] = plan.Observation{Presence: plan.Unknown, Problem: problem}
	}
	return out
}

func observation(q question, s pluginhost.State, key []byte) plan.Observation {
	o := plan.Observation{
		Presence: presence(q.target, s), Mark: plan.Mark(s.Mark), Receipt: plan.Receipt(s.Receipt),
		MetadataDiffers: s.MetadataDiffers, RetryAt: s.RetryAt, StoreTime: s.StoreTime,
		Recoverable: s.Deletion.Recoverable, Purgeable: s.Deletion.Purgeable, Until: s.Deletion.Until, Problem: Problem(s.Diagnostics), Unreadable: s.Unreadable,
	}
	switch s.Match {
	case pluginhost.Matches:
		o.Match = plan.Matches
	case pluginhost.Differs:
		o.Match = plan.Differs
	}
	if o.Presence == plan.Deleted && o.Problem == nil {
		o.Problem = remark(s.Diagnostics)
	}
	if o.Presence == plan.Unknown && o.Problem == nil {
		o.Problem = &plan.Problem{Code: "not-answered", Summary: fmt.Sprintf("the plugin did not say what is at %s", q.target.Address)}
	}
	if o.Presence == plan.Present {
		o.Stated = q.compare(s, key)
	}
	return o
}

func presence(t plan.Target, s pluginhost.State) plan.Presence {
	if !t.Can.Inspect {
		return plan.Unobservable
	}
	switch s.Presence {
	case pluginhost.Absent:
		return plan.Absent
	case pluginhost.Present:
		return plan.Present
	case pluginhost.Disabled:
		return plan.Disabled
	case pluginhost.Deleted:
		return plan.Deleted
	case pluginhost.Changing:
		return plan.Changing
	}
	return plan.Unknown
}

// compare checks the answers to a challenge against our own, which never leave
// this process.
func (q question) compare(s pluginhost.State, key []byte) map[string]plan.Compared {
	out := map[string]plan.Compared{}
	address := q.target.Address.Place
	if q.whole != nil {
		v, err := q.whole.Flat()
		out[""] = verdict(s.Comparison, secret.Comparison(key, address, v), err)
	}
	for name, payload := range q.fields {
		v, err := payload.Flat()
		out[name] = verdict(s.FieldComparisons[name], secret.FieldComparison(key, address, name, v), err)
	}
	return out
}

func verdict(answer, expected []byte, err error) plan.Compared {
	switch {
	case err != nil || len(answer) == 0:
		return plan.NotCompared
	case hmac.Equal(answer, expected):
		return plan.Same
	}
	return plan.Different
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}
