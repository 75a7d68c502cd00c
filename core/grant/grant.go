// Package grant is what a plugin may touch, spelt out: no request of a plugin and
// no reference into a configuration is left in it, only literal hosts, names,
// paths and commands. It knows nothing of who asks and who decides.
//
// Next: core/trust, which decides; core/sandbox, which holds a process to it.
package grant

import "slices"

// Set is what one plugin process may touch, in literal and resolved form. The zero
// Set is nothing at all. Sets are values: no method changes one.
type Set struct {
	Network  []string // host:port, lower case, such as "shop-kv.vault.azure.net:443"
	Env      []string // names of environment variables
	Read     []string // absolute paths of files or directories, read only
	Write    []string // absolute paths of files that may be made and replaced
	Exec     []string // commands with their arguments as a pattern, such as "az account show"
	Identity []string // metadata endpoints with their audience, such as "azure:https://vault.azure.net"
}

// Kind is one kind of permission, in the words of sz.lock.hcl.
type Kind string

// The kinds, in the order in which they are shown.
const (
	Network  Kind = "network"
	Env      Kind = "env"
	Read     Kind = "read"
	Write    Kind = "write"
	Exec     Kind = "exec"
	Identity Kind = "identity"
)

// Kinds are all kinds, in the order in which they are shown.
var Kinds = []Kind{Network, Env, Read, Write, Exec, Identity}

// list is the place of a kind in the set; nil for a kind that there is not.
func (s *Set) list(k Kind) *[]string {
	switch k {
	case Network:
		return &s.Network
	case Env:
		return &s.Env
	case Read:
		return &s.Read
	case Write:
		return &s.Write
	case Exec:
		return &s.Exec
	case Identity:
		return &s.Identity
	}
	return nil
}

// Of is what the set holds of one kind.
func (s Set) Of(k Kind) []string {
	if list := s.list(k); list != nil {
		return *list
	}
	return nil
}

// With is the set with items added to one kind, sorted and without repetition. A
// kind that there is not adds nothing.
func (s Set) With(k Kind, items ...string) Set {
	if list := s.list(k); list != nil {
		*list = normal(slices.Concat(*list, items))
	}
	return s
}

// Union is what either of two sets holds.
func (s Set) Union(other Set) Set {
	return s.each(func(k Kind, mine []string) []string { return slices.Concat(mine, other.Of(k)) })
}

// Intersect is what both of two sets hold.
func (s Set) Intersect(other Set) Set {
	return s.each(func(k Kind, mine []string) []string { return keep(mine, other.Of(k), true) })
}

// Missing is what s holds and granted does not: what would have to be added to
// granted for s to be allowed.
func (s Set) Missing(granted Set) Set {
	return s.each(func(k Kind, mine []string) []string { return keep(mine, granted.Of(k), false) })
}

// Empty reports that the set holds nothing.
func (s Set) Empty() bool {
	return !slices.ContainsFunc(Kinds, func(k Kind) bool { return len(s.Of(k)) > 0 })
}

// Lines are the set for a person, one permission a line: "network host:443".
func (s Set) Lines() []string {
	var lines []string
	for _, k := range Kinds {
		for _, item := range s.Of(k) {
			lines = append(lines, string(k)+" "+item)
		}
	}
	return lines
}

func (s Set) each(change func(Kind, []string) []string) Set {
	var out Set
	for _, k := range Kinds {
		*out.list(k) = normal(change(k, s.Of(k)))
	}
	return out
}

// keep is the part of list that is in other, or the part that is not.
func keep(list, other []string, in bool) []string {
	var kept []string
	for _, item := range list {
		if slices.Contains(other, item) == in {
			kept = append(kept, item)
		}
	}
	return kept
}

// normal is a sorted copy without repetition; nil when there is nothing.
func normal(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
