package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

func driftCommand() *cli.Command {
	return &cli.Command{
		Name:      "drift",
		Usage:     "find what was changed outside",
		UsageText: "sz drift [-f FILE] [--json]",
		Description: "Compares what the stores hold with what was written there. No value is read out\n" +
			"and nothing is changed. `sz apply --drift=restore` or `--drift=accept` settles it.\n\n" +
			"Exit status: 0 none, 3 the Secretfile is wrong, 4 a provider does not answer,\n" +
			"7 drift, or not known.",
		Flags:  commonFlags(),
		Action: findDrift,
	}
}

func findDrift(c *cli.Context) error {
	p, err := openProject(c, (*project).decide)
	if err != nil {
		return err
	}
	defer p.Close()
	drifts := p.plan.Drifts(p.recorded)
	if c.Bool(flagJSON) {
		if err := p.ui.JSON(ui.NewDriftDocument(p.path, p.plan, drifts)); err != nil {
			return err
		}
	} else {
		p.ui.Drift(p.head(), p.plan, drifts)
	}
	if len(drifts) > 0 {
		return done(exitDrift)
	}
	return nil
}
