package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// CanonicalHead is the first line of a canonical text.
const CanonicalHead = "sz-plan-1"

// Canonical is what a plan would do and upon what state it was decided, as lines in
// a fixed order. Two plans with the same text do the same. It holds no value.
//
// A plan that was saved is an assertion, never an instruction: an apply decides
// again and compares.
func (p *Plan) Canonical(flags []string) string {
	var lines []string
	for _, c := range p.Changes {
		for _, s := range c.Steps {
			if !s.Action.Changes() {
				continue
			}
			before := "revision " + s.Before.Receipt.Revision
			if s.Before.Absent {
				before = "absent"
			}
			line := fmt.Sprintf("%s %s %s", s.Action, c.Secret.Name, s.Target.Address)
			if s.Target.Field != "" {
				line += " field " + s.Target.Field
			}
			line += " definition " + c.Secret.Definition + " over " + before
			if !s.Previous.IsZero() {
				line += " of " + s.Previous.String()
			}
			if c.Number == 0 && !c.Live.IsZero() {
				line += " with " + c.Live.String()
			}
			if c.Source != nil {
				line += " from " + c.Source.Address.String()
			}
			for _, input := range c.Inputs {
				if c.MakesValue() && !input.Made {
					line += " of " + input.Secret + " " + input.State()
				}
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	head := []string{CanonicalHead, fmt.Sprintf("project %s %s environment %s", p.Project, p.ProjectID, p.Environment)}
	for _, flag := range flags {
		head = append(head, "flag "+flag)
	}
	return strings.Join(append(head, lines...), "\n") + "\n"
}

// ID identifies what a plan would do: the SHA-256 of its canonical text.
func (p *Plan) ID(flags []string) string {
	sum := sha256.Sum256([]byte(p.Canonical(flags)))
	return hex.EncodeToString(sum[:])
}

// Differences are the lines of two canonical texts that only one of them has: those
// of the first with a minus sign, those of the second with a plus sign.
func Differences(planned, now string) []string {
	before, after := strings.Split(strings.TrimSpace(planned), "\n"), strings.Split(strings.TrimSpace(now), "\n")
	var lines []string
	for _, line := range before {
		if !slices.Contains(after, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			lines = append(lines, "+ "+line)
		}
	}
	return lines
}
