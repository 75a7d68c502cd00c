package ui

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/plan"
)

// GraphDocument is which secrets are built of which and where they go, as JSON:
// format sz/graph/1. It holds no value.
type GraphDocument struct {
	Format     string        `json:"format"`
	Secretfile string        `json:"secretfile"`
	Secrets    []GraphSecret `json:"secrets"` // each behind those that it is built of
}

// GraphSecret is one secret of a graph.
type GraphSecret struct {
	Name    string       `json:"name"`
	Kind    string       `json:"kind"`
	Inputs  []GraphInput `json:"inputs"`
	Targets []string     `json:"targets"`
}

// GraphInput is the use of another secret.
type GraphInput struct {
	Secret string `json:"secret"`
	Field  string `json:"field,omitempty"`
	At     string `json:"at"` // file:line:column
}

// GraphFormats are the ways to write a graph as text.
var GraphFormats = map[string]func(GraphDocument) string{"text": graphText, "mermaid": graphMermaid, "dot": graphDot}

// NewGraphDocument is the graph of what is wanted.
func NewGraphDocument(path string, desired plan.Desired) GraphDocument {
	d := GraphDocument{Format: "sz/graph/1", Secretfile: path, Secrets: []GraphSecret{}}
	for _, s := range desired.Secrets {
		g := GraphSecret{Name: s.Name, Kind: s.Kind, Inputs: []GraphInput{}, Targets: []string{}}
		for _, e := range desired.Graph.Inputs(s.Name) {
			g.Inputs = append(g.Inputs, GraphInput{e.To, e.Field, e.Range.String()})
		}
		for _, t := range s.Targets {
			name := t.Provider + "/" + t.Address.Kind
			if t.Field != "" {
				name += " (" + t.Field + ")"
			}
			g.Targets = append(g.Targets, name)
		}
		d.Secrets = append(d.Secrets, g)
	}
	return d
}

func graphText(d GraphDocument) string {
	var b strings.Builder
	for _, s := range d.Secrets {
		fmt.Fprintf(&b, "%s  %s\n", s.Name, s.Kind)
		for _, i := range s.Inputs {
			fmt.Fprintf(&b, "  ← %s  %s\n", i.name(), i.At)
		}
		for _, t := range s.Targets {
			fmt.Fprintf(&b, "  → %s\n", t)
		}
	}
	return b.String()
}

func (i GraphInput) name() string { return strings.TrimSuffix(i.Secret+"."+i.Field, ".") }

// numbered gives every secret and place a word for tools whose names are narrower
// than ours.
func (d GraphDocument) numbered() (secrets, places map[string]string, order []string) {
	secrets, places = map[string]string{}, map[string]string{}
	for _, s := range d.Secrets {
		secrets[s.Name] = fmt.Sprintf("s%d", len(secrets)+1)
	}
	for _, s := range d.Secrets {
		for _, t := range s.Targets {
			place, _, _ := strings.Cut(t, " ")
			if places[place] == "" {
				places[place] = fmt.Sprintf("t%d", len(places)+1)
				order = append(order, place)
			}
		}
	}
	return secrets, places, order
}

func graphMermaid(d GraphDocument) string {
	var b strings.Builder
	secrets, places, order := d.numbered()
	b.WriteString("flowchart LR\n")
	for _, s := range d.Secrets {
		fmt.Fprintf(&b, "  %s[\"%s<br>%s\"]\n", secrets[s.Name], s.Name, s.Kind)
	}
	for _, place := range order {
		fmt.Fprintf(&b, "  %s[(\"%s\")]\n", places[place], place)
	}
	d.edges(func(from, to, label string) {
		if label != "" {
			fmt.Fprintf(&b, "  %s -->|%s| %s\n", from, label, to)
			return
		}
		fmt.Fprintf(&b, "  %s --> %s\n", from, to)
	}, secrets, places)
	return b.String()
}

func graphDot(d GraphDocument) string {
	var b strings.Builder
	secrets, places, order := d.numbered()
	b.WriteString("digraph secrets {\n  rankdir=LR;\n  node [shape=box];\n")
	for _, s := range d.Secrets {
		fmt.Fprintf(&b, "  %s [label=\"%s\\n%s\"];\n", secrets[s.Name], s.Name, s.Kind)
	}
	for _, place := range order {
		fmt.Fprintf(&b, "  %s [label=\"%s\", shape=cylinder];\n", places[place], place)
	}
	d.edges(func(from, to, label string) {
		if label != "" {
			fmt.Fprintf(&b, "  %s -> %s [label=\"%s\"];\n", from, to, label)
			return
		}
		fmt.Fprintf(&b, "  %s -> %s;\n", from, to)
	}, secrets, places)
	b.WriteString("}\n")
	return b.String()
}

// edges go the way that values go, each once.
func (d GraphDocument) edges(write func(from, to, label string), secrets, places map[string]string) {
	seen := map[string]bool{}
	once := func(from, to, label string) {
		if key := from + " " + to + " " + label; !seen[key] {
			seen[key] = true
			write(from, to, label)
		}
	}
	for _, s := range d.Secrets {
		for _, i := range s.Inputs {
			once(secrets[i.Secret], secrets[s.Name], i.Field)
		}
		for _, t := range s.Targets {
			place, field, _ := strings.Cut(t, " ")
			once(secrets[s.Name], places[place], strings.Trim(field, "()"))
		}
	}
}
