package plan

import "fmt"

// The origin of a secret is the first target in file order that can carry our mark and
// be read: new values go there first, and flow from there outward. What is ahead of the
// origin did not come from us, unless the origin has held it too; and what the origin
// holds and nobody here recorded is not carried further without proof that it follows
// what we know of.

// origin is the number of the target that is the origin; -1 for none. File-like targets,
// which carry no marks, are origins of nothing.
func origin(targets []Target) int {
	for i, t := range targets {
		if t.Can.Marks && t.Can.Read && t.Field == "" {
			return i
		}
	}
	return -1
}

// Doubtful are the targets whose history tells whether what was observed is our own
// doing. There are none in the ordinary course of things.
func Doubtful(desired Desired, recorded Recorded, observed Observed) []Target {
	var list []Target
	for _, s := range desired.Secrets {
		i := origin(s.Targets)
		if i < 0 || len(s.Targets) < 2 || !s.Targets[i].Can.Versions {
			continue
		}
		o := observed[s.Targets[i].Address]
		at, doubtful := parsed(o.Mark.Operation), false
		known := recorded.Targets[s.Targets[i].Address].Operation
		if o.Presence != Present || at.IsZero() {
			continue
		}
		if !known.IsZero() && at.Compare(known) > 0 && o.Mark.Previous != known.String() {
			doubtful = true
		}
		for _, t := range s.Targets {
			doubtful = doubtful || parsed(observed[t.Address].Mark.Operation).Compare(at) > 0
		}
		if doubtful {
			list = append(list, s.Targets[i])
		}
	}
	return list
}

// mistrust finds what did not come from the origin, or did not come there from us.
func (d *decision) mistrust() {
	i := origin(d.secret.Targets)
	if i < 0 || d.views[i].standing != ours || d.views[i].Presence != Present {
		return
	}
	from := &d.views[i]
	for n := range d.views {
		v := &d.views[n]
		ahead := v.standing == ours && v.Can.Marks && v.operation.Compare(from.operation) > 0
		if ahead && v.operation != v.recorded.Operation && !from.had(v.operation) {
			v.standing = drifted
			v.explanation = fmt.Sprintf("it holds a value that never was at %s, from where values come", from.Address)
		}
	}
	if known := from.recorded.Operation; from.hasRecord && from.operation.Compare(known) > 0 && !from.follows(known) {
		d.unproved = fmt.Sprintf("%s holds a value that nothing here tells of, and that does not follow the one that was recorded", from.Address)
	}
}

// had reports an operation that is in the history of a target.
func (v *view) had(o Operation) bool {
	_, ok := v.version(o.String())
	return ok
}

func (v *view) version(operation string) (Mark, bool) {
	for _, m := range v.History {
		if m.Operation == operation {
			return m, true
		}
	}
	return Mark{}, false
}

// follows reports that what is at a target replaced what an operation wrote, maybe with
// others between, or replaced the same value at the same time: two copies of a project
// were at work at once.
func (v *view) follows(known Operation) bool {
	sibling, beside := v.version(known.String())
	at := v.Mark
	for range len(v.History) + 1 {
		if at.Previous == known.String() || beside && at.Previous == sibling.Previous {
			return true
		}
		before, ok := v.version(at.Previous)
		if !ok {
			return false
		}
		at = before
	}
	return false
}
