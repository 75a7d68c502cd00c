package ui

import (
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

// PlanDocument is a plan as JSON: format sz/plan/1. It holds no value.
type PlanDocument struct {
	Format      string           `json:"format"`
	Secretfile  string           `json:"secretfile"`
	PlanID      string           `json:"plan_id,omitempty"`
	AuditHead   string           `json:"audit_head,omitempty"`
	Project     string           `json:"project"`
	Environment string           `json:"environment"`
	HasChanges  bool             `json:"has_changes"`
	Summary     map[string]int   `json:"summary"`
	Secrets     []SecretDocument `json:"secrets"`
	Notes       []string         `json:"notes,omitempty"`
	Diagnostics []diag.Document  `json:"diagnostics"`
}

// SecretDocument is the decision for one secret.
type SecretDocument struct {
	Name    string           `json:"name"`
	Kind    string           `json:"kind"`
	Action  plan.Action      `json:"action"`
	Reason  string           `json:"reason,omitempty"`
	Value   string           `json:"value"` // always (sealed)
	Source  string           `json:"source,omitempty"`
	Reads   []string         `json:"reads,omitempty"` // addresses, Source among them
	Targets []TargetDocument `json:"targets"`
}

// TargetDocument is the decision for one target, and after an apply what became
// of it.
type TargetDocument struct {
	Address string      `json:"address"`
	Field   string      `json:"field,omitempty"`
	Action  plan.Action `json:"action"`
	Reason  string      `json:"reason,omitempty"`
	Problem string      `json:"problem,omitempty"`
	Outcome string      `json:"outcome,omitempty"` // done, failed or not-tried
}

// NewPlanDocument puts a plan into a document.
func NewPlanDocument(head Head, p *plan.Plan, found diag.List) PlanDocument {
	d := PlanDocument{
		Format: "sz/plan/1", Secretfile: head.Secretfile, Project: p.Project, Environment: p.Environment,
		HasChanges: p.HasChanges(), Summary: map[string]int{}, Secrets: []SecretDocument{}, Notes: p.Notes, Diagnostics: found.Documents(),
	}
	for _, c := range p.Changes {
		d.Summary[string(c.Action)]++
		s := SecretDocument{Name: c.Secret.Name, Kind: c.Secret.Kind, Action: c.Action, Reason: c.Reason, Value: "(sealed)", Targets: []TargetDocument{}}
		if c.Source != nil {
			s.Source = c.Source.Address.String()
		}
		for _, address := range c.Reads() {
			s.Reads = append(s.Reads, address.String())
		}
		for _, step := range c.Steps {
			t := TargetDocument{Address: step.Target.Address.String(), Field: step.Target.Field, Action: step.Action, Reason: step.Reason}
			if step.Problem != nil {
				t.Problem = step.Problem.Code
			}
			s.Targets = append(s.Targets, t)
		}
		d.Secrets = append(d.Secrets, s)
	}
	return d
}

// ValidateDocument is the result of a validation as JSON: format sz/validate/1.
type ValidateDocument struct {
	Format      string          `json:"format"`
	Secretfile  string          `json:"secretfile"`
	Valid       bool            `json:"valid"`
	Secrets     int             `json:"secrets"`
	Diagnostics []diag.Document `json:"diagnostics"`
}

// NewValidateDocument is the document of a file, right or wrong.
func NewValidateDocument(path string, valid bool, secrets int, found diag.List) ValidateDocument {
	return ValidateDocument{"sz/validate/1", path, valid, secrets, found.Documents()}
}
