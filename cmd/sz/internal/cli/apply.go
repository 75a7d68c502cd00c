package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/apply"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
)

const (
	flagLockTimeout = "lock-timeout"
	flagRefreshOnly = "refresh-only"
)

// applyFlags are those of the commands that carry a plan out.
func applyFlags(more ...cli.Flag) []cli.Flag {
	return commonFlags(append(more,
		&cli.BoolFlag{Name: flagAutoApprove, Usage: "do not ask"},
		&cli.StringFlag{Name: flagReason, Usage: "record `WHY` it is done"},
		&cli.IntFlag{Name: flagParallelism, Usage: "work on `N` secrets at once", Value: apply.DefaultParallelism},
		&cli.DurationFlag{Name: flagLockTimeout, Usage: "wait this `LONG` for another sz that is at work on the project", Value: 30 * time.Second},
	)...)
}

func applyCommand() *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Aliases:   []string{"sync"},
		Usage:     "make what is declared true",
		UsageText: "sz apply [-f FILE] [--auto-approve] [PLAN]",
		ArgsUsage: "[PLAN]",
		Description: "Shows the plan, asks, and carries it out. What exists is kept: a value is made\n" +
			"only where there is none or its rotation is due, and an unchanged value is never\n" +
			"written again. With PLAN, which `sz plan --out` wrote, it decides again and does\n" +
			"nothing if that comes to anything else.\n\n" +
			"Exit status: 0 done, 1 something cannot be done or was not approved, 3 the\n" +
			"Secretfile is wrong, 4 a provider does not answer, 5 a policy is broken, 6 partly\n" +
			"applied (run again), 7 drift, conflict or unknown, 130 interrupted.",
		Flags: applyFlags(append(intentFlags(),
			&cli.BoolFlag{Name: flagRefreshOnly, Usage: "record what is there, and change no store"},
			&cli.StringFlag{Name: flagPlanID, Usage: "do nothing unless the id of the plan is `ID`"})...),
		Action: runApply,
	}
}

func rotateCommand() *cli.Command {
	return &cli.Command{
		Name:      "rotate",
		Usage:     "make new values for generated secrets",
		UsageText: "sz rotate [-f FILE] [--auto-approve] (--due | ADDRESS…)",
		ArgsUsage: "[ADDRESS…]",
		Description: "The secrets that are named get new values, with everything that is built of\n" +
			"them; nothing else is changed. Of a structured secret the generated fields are\n" +
			"made anew, and the stated ones stay. An ADDRESS is a name, with * for any text.\n\n" +
			"Exit status: as of apply.",
		Flags:  applyFlags(&cli.BoolFlag{Name: flagDue, Usage: "rotate what is due by its rotation_period"}, revokeFlag()),
		Action: runApply,
	}
}

func runApply(c *cli.Context) error {
	if n := c.Int(flagParallelism); n < 1 || n > 256 {
		return fail(exitError, fmt.Sprintf("--%s must be between 1 and 256, not %d", flagParallelism, n))
	}
	planned, err := plannedBefore(c)
	if err != nil {
		return err
	}
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.load(c.Context, c, false); err != nil {
		return err
	}
	lock, err := p.runLock(c)
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := p.decide(c.Context, c); err != nil {
		return err
	}
	if err := p.assert(c, planned); err != nil {
		return err
	}
	asJSON := c.Bool(flagJSON)
	document := ui.NewPlanDocument(p.head(), p.plan, p.warnings)
	if !asJSON {
		p.ui.Diagnostics(p.warnings, p.sources())
		p.ui.Plan(p.head(), p.plan)
	}
	if !p.plan.HasChanges() || c.Bool(flagRefreshOnly) {
		if err := apply.Remember(p.applyOptions(c)); err != nil {
			return err
		}
		if asJSON {
			document.Format = "sz/apply/1"
			if err := p.ui.JSON(document); err != nil {
				return err
			}
		}
		return done(planCode(p.plan))
	}
	if err := p.approve(c); err != nil {
		return err
	}
	return p.carryOut(c, document, func(*apply.Options) {})
}

func (p *project) applyOptions(c *cli.Context) apply.Options {
	options := apply.Options{
		Plan: p.plan, Recorded: p.recorded, Session: p.session, Lock: p.lock,
		Parallelism: c.Int(flagParallelism), Now: time.Now, Observed: p.observed, Report: p.ui.Event, Notice: p.ui.Notice, Throttled: p.ui.Throttled,
	}
	if p.upstream != nil {
		options.Verify, options.Since = p.upstream.Verify, p.upstream.Since()
	}
	return options
}

// carryOut does what the plan says, and says what became of it.
func (p *project) carryOut(c *cli.Context, document ui.PlanDocument, adjust func(*apply.Options)) error {
	options := p.applyOptions(c)
	options.Begun = func() error { return p.auditBegin(c) }
	adjust(&options)
	result, err := apply.Run(c.Context, options)
	if err == nil {
		result, err = p.afterRecovery(c, options, result)
	}
	if err != nil {
		return fail(exitProvider, err.Error())
	}
	if err := p.auditEnd(c, result); err != nil {
		p.ui.Info("warning: what was done is not in the audit record: %v", err)
	}
	if c.Bool(flagJSON) {
		document.AddResult(result)
		document.AuditHead = p.auditHead
		if err := p.ui.JSON(document); err != nil {
			return err
		}
	} else {
		lock := p.head().Lock
		if result.Unrecorded != nil {
			lock = ""
		}
		p.ui.Result(result, lock, p.auditHead)
	}
	if result.Unrecorded != nil {
		p.ui.Error(fmt.Sprintf("%v; what was done is in the journal of this machine, and the next apply here writes it down", result.Unrecorded))
		return done(worse(exitError, worse(planCode(p.plan), resultCode(result))))
	}
	return done(worse(planCode(p.plan), resultCode(result)))
}

// runLock keeps other runs from the project until it is released. Without a place
// for state there is none to take.
func (p *project) runLock(c *cli.Context) (*record.RunLock, error) {
	state := stateDir()
	if state == "" {
		p.ui.Info("warning: there is no directory for state, so nothing keeps another sz from this project; set HOME or XDG_STATE_HOME")
		return nil, nil
	}
	lock, err := record.AcquireRunLock(c.Context, state, p.lockPath(), c.Duration(flagLockTimeout))
	if errors.Is(err, record.ErrLocked) {
		return nil, fail(exitError, err.Error()+"; nothing was done. Wait for it, or say how long to wait with --lock-timeout")
	}
	if err != nil {
		return nil, fail(exitError, err.Error())
	}
	p.locked = true
	return lock, nil
}

// approve asks when there is somebody to ask. Without a terminal nothing is
// assumed: a script says --auto-approve.
func (p *project) approve(c *cli.Context) error {
	if c.Bool(flagAutoApprove) {
		return nil
	}
	if !interactive(c) {
		return fail(exitError, "there are changes and nobody to ask; nothing was done. Run `sz apply --auto-approve` to apply them")
	}
	if ask(c, "Apply this plan? Only `yes` is taken for yes: ") != "yes" {
		return fail(exitError, "not approved; nothing was done")
	}
	return nil
}

func resultCode(r apply.Result) int {
	code, doneAny := exitOK, false
	for _, e := range r.Events {
		switch {
		case e.Problem == nil:
			doneAny = true
		case e.Problem.Class == plan.ProviderProblem:
			code = worse(code, exitProvider)
		case e.Problem.Class == plan.ConflictProblem:
			code = worse(code, exitDrift)
		default:
			code = worse(code, exitError)
		}
	}
	if code != exitOK && doneAny {
		code = worse(code, exitPartly)
	}
	if r.Interrupted {
		code = exitInterrupted
	}
	return code
}
