package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

const flagProbeWrite = "probe-write"

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "find out what stands in the way of an apply: network, identity, rights",
		UsageText: "sz doctor [-f FILE] [--probe-write] [--json]",
		Description: "Follows the way to each store, step by step, and tests the rights that this\n" +
			"Secretfile needs there. What is missing comes with the commands that grant it, and\n" +
			"no more than it. No secret is read, and nothing is changed: rights are tested at a\n" +
			"name that nobody has. What cannot be tested that way is said to be likely, unless\n" +
			"--probe-write lets the plugins store something of their own and remove it.\n\n" +
			"Exit status: 0 nothing stands in the way, 3 the Secretfile is wrong, 4 something does.",
		Flags:  commonFlags(&cli.BoolFlag{Name: flagProbeWrite, Usage: "store a secret that nobody uses in each store, and remove it"}),
		Action: examine,
	}
}

func examine(c *cli.Context) error {
	p, err := openProject(c, (*project).locate)
	if err != nil {
		return err
	}
	defer p.Close()
	probe := c.Bool(flagProbeWrite)
	if probe {
		p.ui.Info("storing one secret named sz-doctor-… in each store, and removing it")
	}
	document := ui.NewDoctorDocument(p.path, p.session.Diagnose(c.Context, p.desired, probe))
	if c.Bool(flagJSON) {
		if err := p.ui.JSON(document); err != nil {
			return err
		}
	} else {
		p.ui.Diagnostics(p.warnings, p.sources())
		p.ui.Doctor(document)
	}
	if document.Failed() {
		return done(exitProvider)
	}
	return nil
}
