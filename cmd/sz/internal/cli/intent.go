package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/plan"
)

const (
	flagTarget  = "target"
	flagReplace = "replace"
	flagDrift   = "drift"
	flagDue     = "due"
)

// intentFlags say what a plan is to do beside what the Secretfile says.
func intentFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: flagTarget, Usage: "only the secret at `ADDRESS`, NAME or NAME@TARGET, with what is built of it; may be repeated"},
		&cli.StringSliceFlag{Name: flagReplace, Usage: "make a new value for the secret at `ADDRESS`, whatever is there; may be repeated"},
		&cli.BoolFlag{Name: flagPrune, Usage: "delete what the lock file tells of and the Secretfile wants no more"},
		&cli.StringSliceFlag{Name: flagDrift, Usage: "settle what was changed outside: `accept` or restore, or accept=ADDRESS; may be repeated"},
	}
}

// intent is what the flags ask for, once it is known where the targets are.
func (p *project) intent(c *cli.Context) (plan.Intent, error) {
	var intent plan.Intent
	only, err := plan.Select(p.desired, c.StringSlice(flagTarget))
	if err != nil {
		return intent, fail(exitError, "--target: "+err.Error())
	}
	intent.Only, intent.Prune = p.desired.Users(only), c.Bool(flagPrune)
	if intent.Replace, err = plan.Select(p.desired, c.StringSlice(flagReplace)); err != nil {
		return intent, fail(exitError, "--replace: "+err.Error())
	}
	for _, text := range c.StringSlice(flagDrift) {
		word, address, narrow := strings.Cut(text, "=")
		if !narrow {
			address = "*"
		}
		selected, err := plan.Select(p.desired, []string{address})
		if err != nil {
			return intent, fail(exitError, "--drift: "+err.Error())
		}
		switch word {
		case "accept":
			intent.Accept = merge(intent.Accept, selected)
		case "restore":
			intent.Restore = merge(intent.Restore, selected)
		default:
			return intent, fail(exitError, fmt.Sprintf("--drift takes accept or restore, not %q", word))
		}
	}
	if c.Command.Name == "rotate" {
		return p.rotation(c, intent)
	}
	return intent, nil
}

// rotation is what `sz rotate` asks for: new values for some secrets, or for those
// that are due, and nothing else but what is built of them.
func (p *project) rotation(c *cli.Context, intent plan.Intent) (plan.Intent, error) {
	named, err := plan.Select(p.desired, c.Args().Slice())
	if err != nil {
		return intent, fail(exitError, err.Error())
	}
	switch {
	case c.Bool(flagDue) && named != nil:
		return intent, fail(exitError, "--due rotates what is due; name secrets or say --due, not both")
	case c.Bool(flagDue):
		intent.OnlyDue = true
		return intent, nil
	case named == nil:
		return intent, fail(exitError, "name the secrets to rotate, or say --due")
	}
	intent.Rotate, intent.Only = named, p.desired.Users(named)
	return intent, nil
}

func merge(a, b plan.Selection) plan.Selection {
	if a == nil {
		return b
	}
	for name, targets := range b {
		a[name] = targets
	}
	return a
}
