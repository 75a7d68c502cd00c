package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check a Secretfile without asking any store",
		UsageText: "sz validate [-f FILE] [--env NAME] [--json]",
		Description: "Everything that is wrong is reported at once, with its place in the file.\n" +
			"No plugin is started but to learn what it serves, once. Environment variables\n" +
			"that are not set are taken for values that are not known yet, and kinds of\n" +
			"provider that no installed plugin serves are listed in a warning.\n\n" +
			"Exit status: 0 the file is right, 3 it is not, 5 it breaks a policy.",
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
	p.lenient = true
	if err := p.load(c.Context, c, true); err != nil {
		if e, ok := errors.AsType[*exit](err); ok && c.Bool(flagJSON) && len(e.found) > 0 {
			if err := p.ui.JSON(ui.NewValidateDocument(p.path, false, len(p.desired.Secrets), e.found)); err != nil {
				return err
			}
			return done(e.code)
		}
		return err
	}
	if c.Bool(flagJSON) {
		return p.ui.JSON(ui.NewValidateDocument(p.path, true, len(p.desired.Secrets), p.warnings))
	}
	p.ui.Diagnostics(p.warnings, p.sources())
	p.ui.Print(fmt.Sprintf("%s is valid: %s\n", p.path, ui.Count(len(p.desired.Secrets), "secret")))
	return nil
}
