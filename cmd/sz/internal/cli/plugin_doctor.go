package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/probe"
	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/sandbox"
)

const flagTier = "tier"

func pluginDoctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "attack the sandbox of this machine, and say what holds",
		Description: "Starts a plugin of its own that tries to get out: to files, networks, other\n" +
			"processes and the kernel. Each attack is made without a sandbox first, so that one\n" +
			"that would fail anyway proves nothing. Nothing leaves this machine.\n\n" +
			"Exit code 0: every attack that can be tested here was stopped. 1: one was not.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: flagJSON, Usage: "print the result as JSON"},
			&cli.StringFlag{Name: flagTier, Value: sandbox.T3.String(), Usage: "attack `TIER` or, where it cannot be reached, the next lower one"},
		},
		Action: pluginDoctor,
	}
}

func pluginDoctor(c *cli.Context) error {
	tier, err := sandbox.ParseTier(c.String(flagTier))
	if err != nil {
		return fail(exitError, fmt.Sprintf("--%s: %v", flagTier, err))
	}
	report, err := probe.Run(c.Context, tier)
	if err != nil {
		return fail(exitError, "the sandbox could not be attacked: "+err.Error())
	}
	out := ui.New(c.App.Writer, c.App.ErrWriter, false, false)
	if c.Bool(flagJSON) {
		if err := out.JSON(doctorDocument(report)); err != nil {
			return err
		}
	} else {
		out.Sandbox(report)
	}
	if report.Count(probe.Open) > 0 || report.Tier == sandbox.T0 {
		return &exit{code: exitError, shown: true}
	}
	return nil
}

type pluginDoctorDocument struct {
	Format      string         `json:"format"`
	Tier        string         `json:"tier"`
	Refused     []string       `json:"refused"`
	Proved      int            `json:"proved"`
	Open        int            `json:"open"`
	NotTestable int            `json:"not_testable"`
	Results     []probe.Result `json:"results"`
}

func doctorDocument(r probe.Report) pluginDoctorDocument {
	return pluginDoctorDocument{
		Format: "sz-plugin-doctor-1", Tier: r.Tier.String(), Refused: append([]string{}, r.Refused...),
		Proved: r.Count(probe.Proved), Open: r.Count(probe.Open), NotTestable: r.Count(probe.NotTestable), Results: r.Results,
	}
}
