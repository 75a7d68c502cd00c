package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/apply"
	"github.com/secretzero/sz/core/audit"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
	"github.com/secretzero/sz/internal/regex"
)

const (
	flagReason = "reason"
	flagHead   = "head"
)

func auditCommand() *cli.Command {
	return &cli.Command{
		Name:  "audit",
		Usage: "read the record of what applies did",
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "list what was done",
				UsageText:   "sz audit list [-f FILE]",
				Description: "One line for each event: when, what, by whom and why.",
				Flags:       commonFlags(),
				Action:      listAudit,
			},
			{
				Name:      "verify",
				Usage:     "prove that the record was not changed",
				UsageText: "sz audit verify [-f FILE] [--head HASH]",
				Description: "Every line holds the hash of the one before it. With --head, which each apply\n" +
					"prints, nothing before that line can have been cut or changed either.\n\n" +
					"Exit status: 0 the record is whole, 1 it is not.",
				Flags:  commonFlags(&cli.StringFlag{Name: flagHead, Usage: "the `HASH` that an apply printed"}),
				Action: verifyAudit,
			},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fail(exitError, fmt.Sprintf("unknown command %q; there are list and verify", c.Args().First()))
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// auditPath is where the record of a project lies: where the configuration says, else in
// the user's own state. It is empty when there is no place for it.
func (a *authority) auditPath(projectID string) string {
	dir := a.config.AuditDir
	if state := stateDir(); dir == "" && state != "" {
		dir = filepath.Join(state, "sz", "audit")
	}
	if dir == "" || projectID == "" {
		return ""
	}
	if !record.ValidID(projectID) {
		projectID = "_" // what a store says must not lead elsewhere
	}
	return filepath.Join(dir, projectID+".jsonl")
}

func listAudit(c *cli.Context) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.remember(c); err != nil {
		return err
	}
	var events []audit.Event
	err = audit.Read(p.user.auditPath(p.lock.Lock().ID), func(e audit.Event, _ string) error {
		events = append(events, e)
		return nil
	})
	if c.Bool(flagJSON) && err == nil {
		return p.ui.JSON(events)
	}
	for _, e := range events {
		line := fmt.Sprintf("%d  %s  %s %s  %d steps", e.Number, e.Time.Format(time.RFC3339), e.Kind, e.Command, len(e.Steps))
		if e.ActorClaimed != "" {
			line += "  by " + e.ActorClaimed
		}
		if e.Reason != "" {
			line += "  because " + e.Reason
		}
		p.ui.Print(diag.Printable(line) + "\n")
	}
	return err
}

func verifyAudit(c *cli.Context) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.remember(c); err != nil {
		return err
	}
	n, head, seen := 0, "", c.String(flagHead) == ""
	err = audit.Read(p.user.auditPath(p.lock.Lock().ID), func(_ audit.Event, hash string) error {
		n, head = n+1, hash
		seen = seen || hash == c.String(flagHead)
		return nil
	})
	switch {
	case err != nil:
		return fail(exitError, err.Error())
	case !seen:
		return fail(exitError, "the record is whole and has no line of that hash: it is another one, or its end was cut")
	}
	p.ui.Print(fmt.Sprintf("%d events, the head is %s\n", n, head))
	return nil
}

// actors are the variables in which CI systems say who started them, behind ours.
var actors = []string{"SZ_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR", "CIRCLE_USERNAME"}

// auditEvent is what is recorded of the apply of a plan, before and after it.
func (p *project) auditEvent(c *cli.Context, kind string) audit.Event {
	e := audit.Event{
		Kind: kind, Command: c.Command.Name, Version: version(), Time: time.Now(), Reason: c.String(flagReason),
		Project: p.plan.Project, ProjectID: p.lock.Lock().ID, Environment: p.plan.Environment, PlanID: p.plan.ID(intentTexts(c)),
		IdentityReported: map[string]map[string]string{}, Steps: []audit.Step{},
	}
	for _, name := range actors {
		if actor := os.Getenv(name); actor != "" {
			e.ActorClaimed = actor
			break
		}
	}
	for _, served := range p.catalog.Plugins {
		e.Plugins = append(e.Plugins, audit.Plugin{Name: served.Candidate.Name, Version: served.Version, Hash: served.Hash})
	}
	for _, provider := range p.desired.Providers {
		if i := p.session.Provider(provider.Alias); i != nil && len(i.Identity) > 0 {
			claims := map[string]string{}
			for _, claim := range i.Identity {
				claims[claim.Name] = claim.Value
			}
			e.IdentityReported[provider.Alias] = claims
		}
	}
	return e
}

// auditBegin records what is about to be done. An apply that cannot be recorded is
// not begun.
func (p *project) auditBegin(c *cli.Context) error {
	e := p.auditEvent(c, "begin")
	for _, change := range p.plan.Changes {
		for _, s := range change.Steps {
			if s.Action.Changes() {
				e.Steps = append(e.Steps, audit.Step{Secret: change.Secret.Name, Address: s.Target.Address.String(), Action: string(s.Action)})
			}
		}
	}
	return p.appendAudit(e)
}

// auditEnd records what became of it.
func (p *project) auditEnd(c *cli.Context, result apply.Result) error {
	e := p.auditEvent(c, "end")
	e.Interrupted = result.Interrupted
	lock := p.lock.Lock()
	tried := map[plan.Address]bool{}
	for _, event := range result.Events {
		tried[event.Target] = true
		s := audit.Step{Secret: event.Secret, Address: event.Target.String(), Action: string(event.Action), Outcome: "done"}
		if event.Problem != nil {
			s.Outcome, s.Problem = "failed", event.Problem.Code
		} else {
			s.Operation, s.Revision = lock.Targets[s.Address].Operation, lock.Targets[s.Address].Revision
		}
		e.Steps = append(e.Steps, s)
	}
	for _, change := range p.plan.Changes {
		for _, s := range change.Steps {
			if s.Action.Changes() && !tried[s.Target.Address] {
				e.Steps = append(e.Steps, audit.Step{Secret: change.Secret.Name, Address: s.Target.Address.String(), Action: string(s.Action), Outcome: "not-tried"})
			}
		}
	}
	return p.appendAudit(e)
}

var projectIDForm = regex.Of(`^[0-9a-f]{16}$`)

func (p *project) appendAudit(e audit.Event) error {
	if !projectIDForm.MatchString(e.ProjectID) {
		return errors.New("audit: the project has no id yet")
	}
	path := p.user.auditPath(e.ProjectID)
	if path == "" {
		return nil // there is no place for state, which has been said
	}
	head, err := audit.Append(path, e)
	p.auditHead = head
	return err
}
