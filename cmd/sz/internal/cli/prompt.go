package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/secret"
)

// tries is how often a value is asked for that its validation refuses.
const tries = 3

// fillIn asks a person for the values that the Secretfile does not state and that are
// nowhere yet, and decides again with them. Without a terminal the plan says what is
// missing.
func (p *project) fillIn(c *cli.Context, intent plan.Intent) error {
	list := p.plan.Unstated(&p.desired)
	if len(list) == 0 || c.Command.Name != "apply" || !interactive(c) {
		return nil
	}
	for _, u := range list {
		payload, err := askValue(c, u)
		if err != nil {
			return err
		}
		p.mask.Add(payload)
		u.Part.Stated, u.Part.Missing = &payload, false
	}
	p.judge(intent)
	return nil
}

// askValue asks for one value, which is not shown. An empty answer gives up.
func askValue(c *cli.Context, u plan.Unstated) (secret.Payload, error) {
	stdin, _ := c.App.Reader.(*os.File) // of an interactive run it is one
	for range tries {
		fmt.Fprintf(c.App.ErrWriter, "Value of %s (not shown): ", diag.Printable(u.Name()))
		typed, err := term.ReadPassword(int(stdin.Fd()))
		fmt.Fprintln(c.App.ErrWriter)
		if err != nil || len(typed) == 0 {
			break
		}
		payload, err := value.Answer(u.Part.Source.Schema(), secret.New(typed))
		if err == nil {
			return payload, nil
		}
		fmt.Fprintf(c.App.ErrWriter, "%s\n", diag.Printable(err.Error()))
	}
	return secret.Payload{}, fail(exitError, "no value for "+u.Name()+"; nothing was done")
}
