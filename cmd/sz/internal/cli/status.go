package cli

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/plan"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show how every secret is: there, due, changed or missing",
		UsageText: "sz status [-f FILE] [--json]",
		Description: "Looks at the stores as a plan does. No value is read out and nothing is changed.\n\n" +
			"Exit status: 0 shown, 3 the Secretfile is wrong, 4 a provider does not answer.",
		Flags:  commonFlags(),
		Action: showStatus,
	}
}

func showStatus(c *cli.Context) error {
	p, err := openProject(c, (*project).decide)
	if err != nil {
		return err
	}
	defer p.Close()
	status := ui.NewStatusDocument(p.path, p.plan, p.recorded, time.Now())
	if c.Bool(flagJSON) {
		return p.ui.JSON(status)
	}
	p.ui.Status(status)
	return nil
}

func showCommand() *cli.Command {
	return &cli.Command{
		Name:        "show",
		Usage:       "show what is known of a secret, without its value",
		UsageText:   "sz show [-f FILE] NAME",
		ArgsUsage:   "NAME",
		Description: "What the Secretfile and the lock file say. No store is asked.",
		Flags:       commonFlags(),
		Action:      showSecret,
	}
}

func showSecret(c *cli.Context) error {
	if c.Args().Len() != 1 {
		return fail(exitError, "sz show takes the name of one secret")
	}
	p, err := openProject(c, (*project).locate)
	if err != nil {
		return err
	}
	defer p.Close()
	name := c.Args().First()
	selected, err := plan.Select(p.desired, []string{name})
	if err != nil {
		return fail(exitError, err.Error())
	}
	for _, s := range p.desired.Secrets {
		if !selected.Has(s.Name) {
			continue
		}
		document := ui.NewSecretDocument(s, p.desired.Graph, p.recorded)
		if c.Bool(flagJSON) {
			if err := p.ui.JSON(document); err != nil {
				return err
			}
			continue
		}
		p.ui.Print(fmt.Sprint(document))
	}
	return nil
}
