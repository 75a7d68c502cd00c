package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check a Secretfile without asking any store",
		UsageText: "sz validate [-f FILE]",
		Description: "Everything that is wrong is reported at once, with its place in the file.\n" +
			"No plugin is started but to learn what it serves, once. Environment variables\n" +
			"that are not set are taken for values that are not known yet.\n\n" +
			"Exit status: 0 the file is right, 3 it is not.",
		Flags:  commonFlags(),
		Action: validate,
	}
}

func validate(c *cli.Context) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	if c.Bool(flagJSON) {
		return p.ui.JSON(ui.NewValidateDocument(p.path, len(p.desired.Secrets), p.warnings))
	}
	p.ui.Diagnostics(p.warnings, p.sources())
	p.ui.Print(fmt.Sprintf("%s is valid: %s\n", p.path, ui.Count(len(p.desired.Secrets), "secret")))
	return nil
}
