package plan

import (
	"fmt"
	"slices"
	"strings"
)

// names are those of the Secretfile. The nil names know of none, and nothing is
// taken for renamed.
type names map[string]bool

func namesOf(desired Desired) names {
	n := names{}
	for _, s := range desired.Secrets {
		n[s.Name] = true
	}
	return n
}

// renamed is the name that a mark tells, when it is of this project and gone from
// the Secretfile: the secret that should be there now is it under another name.
func (n names) renamed(mark Mark, owner Owner) string {
	other, ok := ParseOwner(mark.Owner)
	if n == nil || !ok || owner.ID == "" || n[other.Secret] {
		return ""
	}
	if other.Project != owner.Project || other.ID != owner.ID || other.Environment != owner.Environment {
		return ""
	}
	return other.Secret
}

// heirs are the secrets at whose targets a name that is gone still stands, by that
// name.
func heirs(desired Desired, id string, observed Observed) map[string][]string {
	n, out := namesOf(desired), map[string][]string{}
	for _, s := range desired.Secrets {
		owner := Owner{desired.Project, id, desired.Environment, s.Name}
		for _, t := range s.Targets {
			if old := n.renamed(observed[t.Address].Mark, owner); old != "" && !slices.Contains(out[old], s.Name) {
				out[old] = append(out[old], s.Name)
			}
		}
	}
	return out
}

// inherit makes sure that a renamed secret is one: that its targets hold one old
// name, and that nobody else's do.
func (d *decision) inherit(recorded Recorded, heirs map[string][]string) {
	var old []string
	for _, v := range d.views {
		if v.renamed != "" && !slices.Contains(old, v.renamed) {
			old = append(old, v.renamed)
		}
	}
	if len(old) == 0 {
		return
	}
	if len(old) == 1 && len(heirs[old[0]]) == 1 {
		if !d.known {
			d.recorded, d.known = recorded.Secrets[old[0]]
		}
		return
	}
	for i := range d.views {
		v := &d.views[i]
		if v.renamed == "" {
			continue
		}
		v.standing, v.operation = foreign, Operation{}
		v.explanation = fmt.Sprintf("it holds the secret %s, which is gone from the Secretfile, and it cannot be told which secret that became (%s)",
			v.renamed, strings.Join(heirs[v.renamed], ", "))
	}
}
