package ui

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/graph"
	"github.com/secretzero/sz/core/plan"
)

// StatusDocument is how every secret is as JSON: format sz/status/1. It holds no
// value.
type StatusDocument struct {
	Format      string         `json:"format"`
	Secretfile  string         `json:"secretfile"`
	Project     string         `json:"project"`
	Environment string         `json:"environment"`
	Secrets     []SecretStatus `json:"secrets"`
}

// SecretStatus is one secret.
type SecretStatus struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind"`
	State   plan.Action `json:"state"`
	Reason  string      `json:"reason,omitempty"`
	Made    *time.Time  `json:"made,omitempty"` // the value that is there
	Due     *time.Time  `json:"due,omitempty"`  // its rotation
	Targets int         `json:"targets"`
}

// NewStatusDocument is how the secrets of a plan are.
func NewStatusDocument(path string, p *plan.Plan, recorded plan.Recorded, now time.Time) StatusDocument {
	d := StatusDocument{Format: "sz/status/1", Secretfile: path, Project: p.Project, Environment: p.Environment, Secrets: []SecretStatus{}}
	for _, c := range p.Changes {
		s := SecretStatus{Name: c.Secret.Name, Kind: c.Secret.Kind, State: c.Action, Reason: c.Reason, Targets: len(c.Steps)}
		made := recorded.Secrets[c.Secret.Name].Rotated
		if made.IsZero() {
			made = c.Live.Time
		}
		if !made.IsZero() {
			s.Made = &made
			if c.Secret.RotationPeriod > 0 {
				due := made.Add(c.Secret.RotationPeriod)
				s.Due = &due
			}
		}
		d.Secrets = append(d.Secrets, s)
	}
	return d
}

// Status writes a table of secrets.
func (u *UI) Status(d StatusDocument) {
	table := tabwriter.NewWriter(u.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "SECRET\tKIND\tSTATE\tMADE\tDUE\tTARGETS\tNOTE")
	for _, s := range d.Secrets {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", s.Name, s.Kind, s.State, date(s.Made), date(s.Due), s.Targets, diag.Printable(s.Reason))
	}
	_ = table.Flush()
}

func date(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02")
}

// KnownSecret is what is known of one secret as JSON: format sz/secret/1.
type KnownSecret struct {
	Format      string        `json:"format"`
	Name        string        `json:"name"`
	Kind        string        `json:"kind"`
	Description string        `json:"description,omitempty"`
	Value       string        `json:"value"` // always (sealed)
	OneTime     bool          `json:"one_time,omitempty"`
	Rotation    string        `json:"rotation_period,omitempty"`
	Operation   string        `json:"operation,omitempty"`
	Created     *time.Time    `json:"created,omitempty"`
	Made        *time.Time    `json:"made,omitempty"`
	Inputs      []string      `json:"inputs,omitempty"`
	Users       []string      `json:"users,omitempty"`
	Targets     []KnownTarget `json:"targets"`
}

// KnownTarget is one target of a secret.
type KnownTarget struct {
	Address   string     `json:"address"`
	Field     string     `json:"field,omitempty"`
	Operation string     `json:"operation,omitempty"`
	Written   *time.Time `json:"written,omitempty"`
}

// NewSecretDocument is what the Secretfile and the lock file say of a secret.
func NewSecretDocument(s plan.Secret, g *graph.Graph, recorded plan.Recorded) KnownSecret {
	k := KnownSecret{Format: "sz/secret/1", Name: s.Name, Kind: s.Kind, Description: s.Description, Value: "(sealed)", OneTime: s.OneTime, Users: g.Users(s.Name), Targets: []KnownTarget{}}
	if s.RotationPeriod > 0 {
		k.Rotation = fmt.Sprintf("%dd", s.RotationPeriod/(24*time.Hour))
	}
	for _, e := range g.Inputs(s.Name) {
		k.Inputs = append(k.Inputs, strings.TrimSuffix(e.To+"."+e.Field, "."))
	}
	if r, ok := recorded.Secrets[s.Name]; ok {
		k.Operation, k.Created, k.Made = r.Operation.String(), &r.Created, &r.Rotated
	}
	for _, t := range s.Targets {
		target := KnownTarget{Address: t.Address.String(), Field: t.Field}
		if r, ok := recorded.Targets[t.Address]; ok && r.Secret == s.Name {
			target.Operation, target.Written = r.Operation.String(), &r.Written
		}
		k.Targets = append(k.Targets, target)
	}
	return k
}

// String is the secret for a person.
func (k KnownSecret) String() string {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-10s %s\n", name, diag.Printable(text))
		}
	}
	fmt.Fprintf(&b, "%s  %s\n", k.Name, k.Kind)
	line("about", k.Description)
	line("value", k.Value)
	if k.OneTime {
		line("one_time", "made once, and never again")
	}
	line("rotation", k.Rotation)
	if k.Made != nil {
		line("made", k.Made.UTC().Format(time.RFC3339)+", the first "+k.Created.UTC().Format(time.RFC3339))
	}
	line("operation", k.Operation)
	line("built of", strings.Join(k.Inputs, ", "))
	line("used by", strings.Join(k.Users, ", "))
	for _, t := range k.Targets {
		text := t.Address
		if t.Field != "" {
			text += " (" + t.Field + ")"
		}
		switch {
		case t.Written == nil:
			text += ", not written yet"
		case t.Operation != k.Operation:
			text += ", holds an earlier value, of " + t.Written.UTC().Format(time.RFC3339)
		default:
			text += ", written " + t.Written.UTC().Format(time.RFC3339)
		}
		line("target", text)
	}
	return b.String()
}
