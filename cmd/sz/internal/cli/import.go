package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
)

const flagFrom = "from"

func importCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "adopt secrets that were there before sz",
		UsageText: "sz import [-f FILE] (--from .gitsecrets.lock | ADDRESS…)",
		ArgsUsage: "[ADDRESS…]",
		Description: "What lies at the targets of the secrets that are named is taken for their value:\n" +
			"our mark is put beside it, and no version is made. With several targets the value\n" +
			"of the first counts; the others are adopted where they hold the same.\n\n" +
			"--from takes the names from a lock file of SecretZero, adopts only values that it\n" +
			"stored, and knows their age.\n\n" +
			"Exit status: as of apply.",
		Flags:  applyFlags(&cli.StringFlag{Name: flagFrom, Usage: "adopt what the lock file `FILE` of SecretZero tells of"}),
		Action: runApply,
	}
}

// adoption is what `sz import` asks for: to adopt some secrets, and nothing else.
func (p *project) adoption(c *cli.Context, intent plan.Intent) (plan.Intent, error) {
	addresses := c.Args().Slice()
	path := c.String(flagFrom)
	switch {
	case path != "" && len(addresses) > 0:
		return intent, fail(exitError, "name secrets or say --from, not both")
	case path != "":
		var err error
		if addresses, err = p.upstreamNames(path); err != nil {
			return intent, err
		}
	case len(addresses) == 0:
		return intent, fail(exitError, "name the secrets to adopt, or say --from")
	}
	var err error
	if intent.Adopt, err = plan.Select(p.desired, addresses); err != nil {
		return intent, fail(exitError, err.Error())
	}
	intent.Only = intent.Adopt
	if intent.Only == nil {
		intent.Only = plan.Selection{}
	}
	return intent, nil
}

// upstreamNames are the secrets of the Secretfile that a lock file of SecretZero tells
// of. Those that the Secretfile does not have are told of.
func (p *project) upstreamNames(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fail(exitError, "--from: "+err.Error())
	}
	text, err := readRegular(file, path)
	if err != nil {
		return nil, fail(exitError, "--from: "+err.Error())
	}
	if p.upstream, err = record.ReadGitSecrets(text); err != nil {
		return nil, fail(exitError, fmt.Sprintf("--from %s: %v", path, err))
	}
	has := map[string]bool{}
	for _, s := range p.desired.Secrets {
		has[s.Name] = true
	}
	var names []string
	for _, name := range p.upstream.Names() {
		if has[name] {
			names = append(names, name)
		} else {
			p.ui.Info("note: %s tells of %s, which the Secretfile does not have", diag.Printable(path), diag.Printable(name))
		}
	}
	return names, nil
}
