package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/plan"
)

const (
	flagTarget        = "target"
	flagReplace       = "replace"
	flagDrift         = "drift"
	flagDue           = "due"
	flagAdopt         = "adopt"
	flagDeleteAdopted = "delete-adopted"
	flagRevoke        = "revoke-previous"
)

func revokeFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: flagRevoke, Usage: "retire what was replaced of the secret at `ADDRESS` at once, whatever its overlap; may be repeated"}
}

func deleteAdoptedFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: flagDeleteAdopted, Usage: "delete the secret at `ADDRESS` also where it was there before sz; may be repeated"}
}

// intentFlags say what a plan is to do beside what the Secretfile says.
func intentFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: flagTarget, Usage: "only the secret at `ADDRESS`, NAME or NAME@TARGET, with what is built of it; may be repeated"},
		&cli.StringSliceFlag{Name: flagReplace, Usage: "make a new value for the secret at `ADDRESS`, whatever is there; may be repeated"},
		&cli.StringSliceFlag{Name: flagAdopt, Usage: "take what somebody else put at `ADDRESS` for the value; may be repeated"},
		revokeFlag(), deleteAdoptedFlag(),
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
	for flag, into := range map[string]*plan.Selection{flagReplace: &intent.Replace, flagAdopt: &intent.Adopt, flagRevoke: &intent.Revoke} {
		if *into, err = plan.Select(p.desired, c.StringSlice(flag)); err != nil {
			return intent, fail(exitError, "--"+flag+": "+err.Error())
		}
	}
	if intent.DeleteAdopted, err = p.selectOrphans(c.StringSlice(flagDeleteAdopted)); err != nil {
		return intent, fail(exitError, "--"+flagDeleteAdopted+": "+err.Error())
	}
	intent.Confirmed = asksFirst(c)
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
	switch c.Command.Name {
	case "rotate":
		return p.rotation(c, intent)
	case "import":
		return p.adoption(c, intent)
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

// asksFirst reports that a person will be asked before anything is done: their answer is
// their word for what they saw.
func asksFirst(c *cli.Context) bool {
	return (c.Command.Name == "apply" || c.Command.Name == "rotate") && !c.Bool(flagAutoApprove) && interactive(c)
}

// selectOrphans selects secrets that may be gone from the Secretfile.
func (p *project) selectOrphans(names []string) (plan.Selection, error) {
	gone := p.desired
	gone.Secrets = slices.Clone(gone.Secrets)
	for _, o := range p.desired.Orphans {
		gone.Secrets = append(gone.Secrets, plan.Secret{Name: o.Secret, Targets: []plan.Target{o.Target}})
	}
	return plan.Select(gone, names)
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
