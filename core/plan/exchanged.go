package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
)

// makers are the secrets of the Secretfile by the operations that made what the stores
// hold of them.
func makers(desired Desired, id string, observed Observed) map[Operation][]string {
	out, names := map[Operation][]string{}, namesOf(desired)
	for _, o := range observed {
		owner, ok := ParseOwner(o.Mark.Owner)
		operation, err := ParseOperation(o.Mark.Operation)
		if ok && err == nil && id != "" && names[owner.Secret] && owner.Project == desired.Project && owner.ID == id && owner.Environment == desired.Environment {
			out[operation] = append(out[operation], owner.Secret)
		}
	}
	return out
}

// distrust finds an operation in the lines of a secret that by the stores made another
// one, which no apply writes down. Then the lines say nothing of how old the value is,
// and nothing is done on their word.
func (d *decision) distrust(makers map[Operation][]string) diag.List {
	other := ""
	suspect := func(o Operation, held Mark) {
		if made := makers[o]; len(made) > 0 && !slices.Contains(made, d.secret.Name) && held.Operation != o.String() {
			other = slices.Min(made)
		}
	}
	if d.known && len(d.views) > 0 {
		suspect(d.recorded.Operation, Mark{})
	}
	for _, v := range d.views {
		if v.hasRecord {
			suspect(v.recorded.Operation, v.Mark)
		}
	}
	if other == "" {
		return nil
	}
	for i := range d.views {
		if v := &d.views[i]; v.standing == ours {
			v.standing, v.explanation = drifted, fmt.Sprintf("the lock file says that it holds what was made for %s", other)
		}
	}
	return diag.List{{
		Severity: diag.Warning, Code: "records-exchanged", Range: d.secret.Range,
		Summary: fmt.Sprintf("the lock file records for %s the operation that made %s", d.secret.Name, other),
		Detail:  "no apply writes that: lines of the lock file were exchanged or changed by hand; nothing is done to this secret",
		Hint:    "restore the lock file from version control, or delete it: what the stores carry is taken back from them",
	}}
}

// unknownPlaces warns of places that a journal names and nothing else: an apply was
// interrupted and then its target taken out of the Secretfile, or the journal is not
// that of this project. Nothing is looked at there, and nothing done.
func unknownPlaces(desired Desired, recorded Recorded) diag.List {
	known := map[Address]bool{}
	for _, s := range desired.Secrets {
		for _, t := range s.Targets {
			known[t.Address] = true
		}
	}
	var found diag.List
	for _, name := range slices.Sorted(maps.Keys(recorded.Begun)) {
		for address := range recorded.Begun[name].Targets {
			if _, is := recorded.Targets[address]; !is && !known[address] {
				found = append(found, diag.Diagnostic{
					Severity: diag.Warning, Code: "journal-elsewhere",
					Summary: fmt.Sprintf("the journal of an apply that did not finish says that it was to store %s at %s, which neither the Secretfile nor the lock file names", name, address),
					Detail:  "nothing is looked at or done there",
					Hint:    "if it was a target of this project, look there whether something was stored",
				})
			}
		}
	}
	slices.SortFunc(found, func(a, b diag.Diagnostic) int { return strings.Compare(a.Summary, b.Summary) })
	return found
}
