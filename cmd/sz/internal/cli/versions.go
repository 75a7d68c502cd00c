package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/plan"
)

func versionsCommand() *cli.Command {
	return &cli.Command{
		Name:      "versions",
		Usage:     "list the versions that the stores keep of a secret",
		UsageText: "sz versions [-f FILE] [--json] ADDRESS…",
		ArgsUsage: "ADDRESS…",
		Description: "Newest first: when each was made, whether it may be read, until when it should be\n" +
			"used, and whose it is. No value is read. An ADDRESS is NAME, with * for any text,\n" +
			"or NAME@TARGET.\n\n" +
			"Exit status: 0 shown, 3 the Secretfile is wrong, 4 a provider does not answer.",
		Flags:  commonFlags(),
		Action: listVersions,
	}
}

func listVersions(c *cli.Context) error {
	if !c.Args().Present() {
		return fail(exitError, "name a secret: sz versions NAME")
	}
	p, err := openProject(c, (*project).locate)
	if err != nil {
		return err
	}
	defer p.Close()
	selected, err := plan.Select(p.desired, c.Args().Slice())
	if err != nil {
		return fail(exitError, err.Error())
	}
	document := p.versions(c, selected)
	if c.Bool(flagJSON) {
		if err := p.ui.JSON(document); err != nil {
			return err
		}
	} else {
		p.ui.Versions(document)
	}
	if document.Failed() {
		return done(exitProvider)
	}
	return nil
}

// versions asks for the versions at each selected target.
func (p *project) versions(c *cli.Context, selected plan.Selection) ui.VersionsDocument {
	document := ui.NewVersionsDocument(p.path)
	for _, s := range p.desired.Secrets {
		for _, t := range s.Targets {
			if !selected.HasTarget(s.Name, t.Address) {
				continue
			}
			owner := plan.Owner{Project: p.desired.Project, ID: p.recorded.ProjectID, Environment: p.desired.Environment, Secret: s.Name}
			if !t.Can.Versions {
				document.AddUnkept(s.Name, t)
				continue
			}
			versions, problem := p.session.Versions(c.Context, s, t)
			document.Add(owner, t, p.recorded.Targets[t.Address], versions, problem)
		}
	}
	return document
}
