package graph

import (
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

// siblings checks the fields of one secret that are built of each other: those are
// no edges of the graph, but may not go in a circle either.
func siblings(s *secretfile.Secret, uses []use) diag.List {
	reads := map[string][]use{}
	for _, u := range uses {
		reads[u.field] = append(reads[u.field], u)
	}
	const (
		under = 1
		done  = 2
	)
	state := map[string]int{}
	var found diag.List
	var path []use
	var visit func(field string)
	visit = func(field string) {
		state[field] = under
		for _, u := range reads[field] {
			path = append(path, u)
			switch state[u.ref.Field] {
			case 0:
				visit(u.ref.Field)
			case under:
				found = append(found, fieldCircle(s.Name, path))
			}
			path = path[:len(path)-1]
		}
		state[field] = done
	}
	for _, f := range s.Fields {
		if state[f.Name] == 0 {
			visit(f.Name)
		}
	}
	return found
}

// fieldCircle is the end of a path, from where it came to a field for the first
// time.
func fieldCircle(secret string, path []use) diag.Diagnostic {
	last := path[len(path)-1]
	for i, u := range path {
		if u.field == last.ref.Field {
			path = path[i:]
			break
		}
	}
	names := []string{secret + "." + path[0].field}
	d := diag.Diagnostic{Severity: diag.Error, Code: "secret-cycle", Range: path[0].ref.Range, Hint: "give one of them a value of its own"}
	for i, u := range path {
		names = append(names, secret+"."+u.ref.Field)
		if i > 0 {
			d.Related = append(d.Related, diag.Related{Range: u.ref.Range, Text: u.field + " reads " + u.ref.Field + " here"})
		}
	}
	d.Summary = "fields are built out of each other in a circle: " + strings.Join(names, " → ")
	return d
}
