// Package policy judges a file by the rules that it declares: how long values may
// live, where they may be stored, and as whom providers may act. It is pure.
//
// Next: core/secretfile for how policies are written.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

const day = 24 * time.Hour

// Check judges all that can be judged from the file. What breaks a policy has the
// policy's severity; errors stop an apply.
func Check(file *secretfile.File) diag.List {
	c := checker{file: file, kinds: map[string]string{}}
	for _, p := range file.Providers {
		c.kinds[p.Alias] = p.Kind
	}
	for _, p := range file.Policies {
		if !p.Enabled {
			continue
		}
		c.policy = p
		switch p.Kind {
		case secretfile.KindRotation:
			c.rotation(p.RequireRotation, p.MaxAge)
		case secretfile.KindAccess:
			c.access()
		case secretfile.KindCompliance:
			c.frameworks(p.Frameworks)
		}
	}
	for _, name := range compliance(file) {
		c.policy = secretfile.Policy{Name: "compliance " + name, Kind: secretfile.KindCompliance, Severity: diag.Warning}
		c.frameworks([]string{name})
	}
	return c.found
}

// compliance are the frameworks that the metadata names.
func compliance(file *secretfile.File) []string {
	var names []string
	for _, item := range file.Metadata.All.Get("compliance").Items() {
		if text := item.Schema(); !text.Sealed() {
			names = append(names, text.Expose())
		}
	}
	return names
}

type checker struct {
	file   *secretfile.File
	kinds  map[string]string // of providers, by alias
	policy secretfile.Policy
	found  diag.List
}

func (c *checker) broken(at diag.Range, summary, hint string) {
	d := diag.Diagnostic{Severity: c.policy.Severity, Code: "policy-" + strings.ReplaceAll(c.policy.Kind, "_", "-"), Summary: summary, Hint: hint, Range: at}
	if !c.policy.Range.IsZero() {
		d.Related = []diag.Related{{Range: c.policy.Range, Text: "by this policy"}}
	} else {
		d.Detail = "metadata.compliance asks for it"
	}
	c.found = append(c.found, d)
}

// frameworks are the rules that names of frameworks stand for; other names are
// carried only.
func (c *checker) frameworks(names []string) {
	for _, name := range names {
		switch strings.ToLower(name) {
		case "soc2":
			c.rotation(true, 90*day)
		case "iso27001":
			c.rotation(true, 0)
		}
	}
}

func (c *checker) rotation(required bool, maxAge time.Duration) {
	for _, s := range c.file.Secrets {
		switch {
		case s.RotationPeriod == 0 && required:
			c.broken(s.NameRange, fmt.Sprintf("secret %s has no rotation_period, and policy %s requires one", s.Name, c.policy.Name), "add rotation_period: 90d, or what fits")
		case s.RotationPeriod > 0 && maxAge > 0 && s.RotationPeriod > maxAge:
			c.broken(s.NameRange, fmt.Sprintf("secret %s lives for %s, and policy %s allows %s", s.Name, days(s.RotationPeriod), c.policy.Name, days(maxAge)), "shorten its rotation_period")
		}
	}
}

func days(d time.Duration) string {
	if d%day == 0 {
		return fmt.Sprintf("%d d", d/day)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

func (c *checker) access() {
	seen := map[diag.Range]bool{} // a template's targets are those of many secrets
	check := func(t secretfile.Target) {
		if seen[t.Range] {
			return
		}
		seen[t.Range] = true
		full := t.Provider + "/" + t.Kind
		matches := func(pattern string) bool {
			return pattern == t.Kind || pattern == full || pattern == c.kinds[t.Provider]+"/"+t.Kind
		}
		switch p := c.policy; {
		case slices.ContainsFunc(p.Denied, matches):
			c.broken(t.KindRange, fmt.Sprintf("a target %s is denied by policy %s", full, p.Name), "store the secret elsewhere")
		case len(p.Allowed) > 0 && !slices.ContainsFunc(p.Allowed, matches):
			c.broken(t.KindRange, fmt.Sprintf("a target %s is not among those that policy %s allows", full, p.Name), "allowed are "+strings.Join(p.Allowed, ", "))
		}
	}
	for _, s := range c.file.Secrets {
		for _, t := range s.Targets {
			check(t)
		}
		for _, f := range s.Fields {
			for _, t := range f.Targets {
				check(t)
			}
		}
	}
}
