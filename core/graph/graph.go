// Package graph is which secrets are built out of which: the order in which they
// can be made, and the circles that make that impossible. It is pure.
//
// Next: core/plan, which decides in this order.
package graph

import (
	"slices"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

// Edge is the use of one secret by another.
type Edge struct {
	From  string // reads
	To    string // is read
	Field string // of To; empty for all of it
	Range diag.Range
}

// Graph is the secrets of a file and their uses of each other. It does not depend
// on the order of the file.
type Graph struct {
	names  []string // sorted
	inputs map[string][]Edge
	users  map[string][]string
	order  []string
}

// Build reads the graph of a file, and reports what refers to nothing and what
// refers to itself. Edges that are wrong are not in the graph. parts tells what the
// kinds of plugins are made of; nil means that nothing is known of them.
func Build(file *secretfile.File, parts Fields) (*Graph, diag.List) {
	g := &Graph{inputs: map[string][]Edge{}, users: map[string][]string{}}
	secrets := map[string]*secretfile.Secret{}
	for i := range file.Secrets {
		s := &file.Secrets[i]
		secrets[s.Name] = s
		g.names = append(g.names, s.Name)
	}
	slices.Sort(g.names)
	var found diag.List
	for i := range file.Secrets {
		s := &file.Secrets[i]
		var own []use
		for _, u := range uses(s) {
			ref := u.ref
			edge := Edge{s.Name, ref.Secret, ref.Field, ref.Range}
			if problem := check(edge, ref, secrets, g.names, parts); problem != nil {
				found = append(found, *problem)
				continue
			}
			if ref.Secret == s.Name && ref.Field != "" && u.field != "" {
				own = append(own, u)
				continue
			}
			g.inputs[s.Name] = append(g.inputs[s.Name], edge)
			if !slices.Contains(g.users[ref.Secret], s.Name) {
				g.users[ref.Secret] = append(g.users[ref.Secret], s.Name)
			}
		}
		found = append(found, siblings(s, own)...)
	}
	return g, append(found, g.sort()...)
}

// use is a reference with the field that it stands in; none for a single value.
type use struct {
	field string
	ref   secretfile.Reference
}

// uses are the references in a secret, in the order of the file.
func uses(s *secretfile.Secret) []use {
	var list []use
	of := func(field string, g secretfile.Generator) {
		for _, setting := range g.Config.Fields() {
			for _, p := range setting.Value.Pieces() {
				if p.Ref != nil {
					list = append(list, use{field, *p.Ref})
				}
			}
		}
	}
	if s.Source != nil && s.Source.Ref != nil {
		list = append(list, use{"", *s.Source.Ref})
	}
	if s.Generator != nil {
		of("", *s.Generator)
	}
	for _, f := range s.Fields {
		of(f.Name, f.Generator)
	}
	return list
}

// Order is all secrets, each behind those that it is built of; among those that
// could come next, by name.
func (g *Graph) Order() []string { return g.order }

// Inputs are the uses of other secrets by a secret, in the order of the file.
func (g *Graph) Inputs(name string) []Edge { return g.inputs[name] }

// Users are the secrets that are built of a secret, sorted.
func (g *Graph) Users(name string) []string {
	users := slices.Clone(g.users[name])
	slices.Sort(users)
	return users
}

// Edges are all uses, by the name of who reads and then in the order of the file.
func (g *Graph) Edges() []Edge {
	var list []Edge
	for _, name := range g.names {
		list = append(list, g.inputs[name]...)
	}
	return list
}

// sort finds the order, and a circle in each piece that has none.
func (g *Graph) sort() diag.List {
	var found diag.List
	waits := map[string]int{} // how many secrets it waits for
	ready := &queue{}
	for _, name := range g.names {
		if waits[name] = len(g.reads(name)); waits[name] == 0 {
			ready.push(name)
		}
	}
	for len(g.order) < len(g.names) {
		if ready.empty() {
			circle := g.circle(waits)
			found = append(found, circular(circle))
			// To find the next, what is in this one is taken for done.
			for _, e := range circle {
				waits[e.From] = 0
				ready.push(e.From)
			}
		}
		name := ready.pop()
		g.order = append(g.order, name)
		delete(waits, name)
		for _, user := range g.users[name] {
			if waits[user] > 0 {
				if waits[user]--; waits[user] == 0 {
					ready.push(user)
				}
			}
		}
	}
	return found
}

// reads are the secrets that a secret is built of, each once.
func (g *Graph) reads(name string) []string {
	var names []string
	for _, e := range g.inputs[name] {
		if !slices.Contains(names, e.To) {
			names = append(names, e.To)
		}
	}
	return names
}

// circle walks from a secret that waits to one that it waits for, until it comes
// to one where it has been.
func (g *Graph) circle(waits map[string]int) []Edge {
	var path []Edge
	at := map[string]int{}
	name := ""
	for _, n := range g.names {
		if waits[n] > 0 {
			name = n
			break
		}
	}
	for {
		if first, been := at[name]; been {
			return path[first:]
		}
		at[name] = len(path)
		for _, e := range g.inputs[name] {
			if waits[e.To] > 0 {
				path, name = append(path, e), e.To
				break
			}
		}
	}
}

func circular(path []Edge) diag.Diagnostic {
	// The circle begins at its first name, wherever the walk came to it.
	first := 0
	for i, e := range path {
		if e.From < path[first].From {
			first = i
		}
	}
	path = slices.Concat(path[first:], path[:first])
	names := []string{path[0].From}
	d := diag.Diagnostic{Severity: diag.Error, Code: "secret-cycle", Range: path[0].Range, Hint: "give one of them a value of its own"}
	for i, e := range path {
		names = append(names, e.To)
		if i > 0 {
			d.Related = append(d.Related, diag.Related{Range: e.Range, Text: e.From + " reads " + e.To + " here"})
		}
	}
	d.Summary = "secrets are built out of each other in a circle: " + strings.Join(names, " → ")
	return d
}
