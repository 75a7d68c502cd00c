package ui

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// VersionsDocument is what stores keep of secrets as JSON: format sz/versions/1. It
// holds no value.
type VersionsDocument struct {
	Format     string           `json:"format"`
	Secretfile string           `json:"secretfile"`
	Targets    []TargetVersions `json:"targets"`
}

// TargetVersions are the versions at one target, newest first.
type TargetVersions struct {
	Secret   string        `json:"secret"`
	Address  string        `json:"address"`
	Kept     bool          `json:"keeps_versions"`
	Versions []VersionLine `json:"versions"`
	Problem  string        `json:"problem,omitempty"`
	Hint     string        `json:"hint,omitempty"`
}

// VersionLine is one version.
type VersionLine struct {
	ID        string     `json:"id"`
	Created   *time.Time `json:"created,omitempty"`
	Enabled   bool       `json:"enabled"`
	Expires   *time.Time `json:"expires,omitempty"`
	Whose     string     `json:"whose"` // ours, foreign, or another's
	Operation string     `json:"operation,omitempty"`
	Recorded  bool       `json:"recorded"` // it is what the lock file tells of
}

// NewVersionsDocument is one without targets yet.
func NewVersionsDocument(path string) VersionsDocument {
	return VersionsDocument{Format: "sz/versions/1", Secretfile: path, Targets: []TargetVersions{}}
}

// AddUnkept adds a target of a kind that keeps one value only.
func (d *VersionsDocument) AddUnkept(secret string, t plan.Target) {
	d.Targets = append(d.Targets, TargetVersions{Secret: secret, Address: t.Address.String(), Versions: []VersionLine{}})
}

// Add adds what a store told of a target, or why it did not.
func (d *VersionsDocument) Add(owner plan.Owner, t plan.Target, recorded plan.RecordedTarget, versions []pluginhost.Version, problem *plan.Problem) {
	target := TargetVersions{Secret: owner.Secret, Address: t.Address.String(), Kept: true, Versions: []VersionLine{}}
	if problem != nil {
		target.Problem, target.Hint = problem.Summary, problem.Hint
	}
	for _, v := range versions {
		line := VersionLine{ID: v.Revision, Created: known(v.Created), Enabled: v.Enabled, Expires: known(v.Expires), Whose: whose(owner, v.Mark.Owner)}
		line.Recorded = v.Revision != "" && v.Revision == recorded.Receipt.Revision
		if line.Recorded && v.Mark.Owner == "" {
			line.Whose = "ours" // the lock file tells of it, where the store carries no mark
		}
		if line.Whose == "ours" {
			line.Operation = v.Mark.Operation
		}
		target.Versions = append(target.Versions, line)
	}
	d.Targets = append(d.Targets, target)
}

// whose says whose a version is by its mark. Without a lock file the project's name
// has to do.
func whose(owner plan.Owner, mark string) string {
	there, ok := plan.ParseOwner(mark)
	switch {
	case !ok:
		return "foreign"
	case there.Project == owner.Project && (owner.ID == "" || there.ID == owner.ID) && there.Environment == owner.Environment && there.Secret == owner.Secret:
		return "ours"
	case there.Project == owner.Project && there.ID == owner.ID:
		return fmt.Sprintf("secret %s of this project", there.Secret)
	}
	return "project " + there.Project
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Failed reports whether any target could not be listed.
func (d VersionsDocument) Failed() bool {
	for _, t := range d.Targets {
		if t.Problem != "" {
			return true
		}
	}
	return false
}

// Versions writes a table for each target.
func (u *UI) Versions(d VersionsDocument) {
	for i, t := range d.Targets {
		if i > 0 {
			fmt.Fprintln(u.out)
		}
		fmt.Fprintf(u.out, "%s  %s\n", u.paint(bold, t.Secret), diag.Printable(t.Address))
		switch {
		case t.Problem != "":
			fmt.Fprintf(u.out, "  %s\n", diag.Printable(t.Problem))
			if t.Hint != "" {
				fmt.Fprintf(u.out, "  %s\n", diag.Printable(t.Hint))
			}
		case !t.Kept:
			fmt.Fprintln(u.out, "  it keeps one value, and no versions")
		case len(t.Versions) == 0:
			fmt.Fprintln(u.out, "  nothing is there")
		default:
			u.versionTable(t.Versions)
		}
	}
}

func (u *UI) versionTable(versions []VersionLine) {
	table := tabwriter.NewWriter(u.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "  VERSION\tCREATED\tENABLED\tEXPIRES\tWHOSE")
	for i, v := range versions {
		note := v.Whose
		if i == 0 && newest(versions) {
			note += ", current"
		}
		if v.Recorded {
			note += ", recorded"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", diag.Printable(v.ID), moment(v.Created), yesNo(v.Enabled), moment(v.Expires), diag.Printable(note))
	}
	_ = table.Flush()
}

// newest reports that the first version is newer than all others: a store may tell
// times in seconds only.
func newest(versions []VersionLine) bool {
	return len(versions) == 1 || versions[0].Created != nil && versions[1].Created != nil && versions[0].Created.After(*versions[1].Created)
}

func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.RFC3339)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
