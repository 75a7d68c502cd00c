package plan

import (
	"slices"
	"strings"
)

// Stores are the names of the remote stores from which a plan deletes, sorted: the first
// label of the host, which is how a vault is called.
func (p *Plan) Stores() []string {
	var names []string
	for _, c := range p.Changes {
		for _, s := range c.Steps {
			name, _, _ := strings.Cut(host(s.Target.Address.Place), ".")
			if s.Action == Delete && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
