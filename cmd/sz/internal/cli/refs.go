package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
)

const (
	flagFor = "for"
	flagAll = "all"
)

func refsCommand() *cli.Command {
	return &cli.Command{
		Name:      "refs",
		Usage:     "print how other programs read what is stored",
		UsageText: "sz refs [-f FILE] --for CONSUMER (--all | ADDRESS…)",
		ArgsUsage: "[ADDRESS…]",
		Description: "Settings, a manifest or a script, ready to be saved or pasted. It names secrets and\n" +
			"holds none, and no store is asked. For Azure Key Vault a CONSUMER is appservice,\n" +
			"functions, containerapp, aks-csi, pipelines or env (a shell script). An ADDRESS is\n" +
			"NAME, with * for any text, or NAME@TARGET; of a secret with several targets the\n" +
			"first that the consumer can read counts.\n\n" +
			"Exit status: 0 printed, 1 nothing can be printed, 3 the Secretfile is wrong.",
		Flags: commonFlags(
			&cli.StringFlag{Name: flagFor, Usage: "what reads them: `CONSUMER`"},
			&cli.BoolFlag{Name: flagAll, Usage: "all secrets of the Secretfile"}),
		Action: printRefs,
	}
}

func printRefs(c *cli.Context) error {
	if c.Bool(flagAll) == c.Args().Present() {
		return fail(exitError, "name secrets or say --all, one of the two")
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
	texts, left, problem := p.session.References(c.Context, p.referred(selected), c.String(flagFor), p.desired.Project)
	if problem != nil {
		return fail(exitError, problem.Summary+"; "+problem.Hint)
	}
	if len(texts) == 0 {
		return fail(exitError, "none of these secrets has a target that others read by reference")
	}
	if left > 0 {
		p.ui.Info("note: left out, since others read nothing by reference there: %s", ui.Count(left, "target"))
	}
	if c.Bool(flagJSON) {
		return p.ui.JSON(ui.NewReferencesDocument(p.path, c.String(flagFor), texts))
	}
	p.ui.References(texts)
	return nil
}

// referred are the places that references lead to: those selected, and of each value
// the first that can be referred to.
func (p *project) referred(selected plan.Selection) []observe.Place {
	var places []observe.Place
	for _, s := range p.desired.Secrets {
		first := map[string]plan.Target{}
		for _, t := range s.Targets {
			if selected != nil && !selected.HasTarget(s.Name, t.Address) {
				continue
			}
			switch other, taken := first[t.Field]; {
			case !taken || !p.session.Refers(other):
				first[t.Field] = t
			case p.session.Refers(t):
				p.ui.Info("note: %s is also at %s; for that one say %s@%s", diag.Printable(s.Name), diag.Printable(t.Address.String()), diag.Printable(s.Name), diag.Printable(t.Address.String()))
			}
		}
		for _, t := range s.Targets {
			if chosen, ok := first[t.Field]; ok && chosen.Address == t.Address {
				places = append(places, observe.Place{Secret: s, Target: t})
			}
		}
	}
	return places
}
