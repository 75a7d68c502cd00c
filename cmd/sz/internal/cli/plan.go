package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/plan"
)

func planCommand() *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what apply would do, and do nothing",
		UsageText: "sz plan [-f FILE] [--out FILE] [--json] [--detailed-exitcode]",
		Description: "Stores are looked at and never changed; no value is generated or read out.\n\n" +
			"Exit status: 0 planned, 1 something cannot be done, 2 there are changes (with\n" +
			"--detailed-exitcode), 3 the Secretfile is wrong, 4 a provider does not answer,\n" +
			"7 drift, conflict or unknown.",
		Flags: commonFlags(append(intentFlags(), detailedFlag(),
			&cli.StringFlag{Name: flagOut, Usage: "save the plan to `FILE`, for sz apply FILE; it holds no value"})...),
		Action: showPlan,
	}
}

func showPlan(c *cli.Context) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.load(c.Context, c, false); err != nil {
		return err
	}
	if err := p.decide(c.Context, c); err != nil {
		return err
	}
	document := ui.NewPlanDocument(p.head(), p.plan, p.warnings)
	document.PlanID = p.plan.ID(intentTexts(c))
	if c.Bool(flagJSON) {
		if err := p.ui.JSON(document); err != nil {
			return err
		}
	} else {
		p.ui.Diagnostics(p.warnings, p.sources())
		p.ui.Plan(p.head(), p.plan)
		if p.plan.HasChanges() {
			p.ui.Print("Plan id: " + document.PlanID + "\n")
		}
	}
	if path := c.String(flagOut); path != "" {
		if err := p.savePlan(c, path); err != nil {
			return err
		}
	}
	code := planCode(p.plan)
	if code == exitOK && c.Bool(flagDetailed) && p.plan.HasChanges() {
		code = exitChanges
	}
	return done(code)
}

// planCode is what a plan alone means for the exit code.
func planCode(p *plan.Plan) int {
	code := exitOK
	for _, change := range p.Changes {
		for _, s := range change.Steps {
			code = worse(code, stepCode(s))
		}
	}
	return code
}

func stepCode(s plan.Step) int {
	switch s.Action {
	case plan.Refused:
		return exitError
	case plan.Unsure:
		if s.Problem != nil && s.Problem.Class == plan.ProviderProblem {
			return exitProvider
		}
		return exitDrift
	case plan.Drifted, plan.Conflict:
		return exitDrift
	}
	return exitOK
}

// worse is the exit code that counts when two apply.
func worse(a, b int) int {
	for _, code := range []int{exitInterrupted, exitSecretfile, exitProvider, exitPolicy, exitError, exitPartly, exitDrift, exitChanges} {
		if a == code || b == code {
			return code
		}
	}
	return exitOK
}
