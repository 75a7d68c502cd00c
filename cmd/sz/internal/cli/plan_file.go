package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

const (
	flagOut    = "out"
	flagPlanID = "plan-id"
)

// maxPlanFile is how much of a saved plan is read.
const maxPlanFile = 64 << 20

// intentTexts are the flags that change what a plan does, as they belong to it.
func intentTexts(c *cli.Context) []string {
	var texts []string
	for _, name := range []string{flagTarget, flagReplace, flagDrift, flagAdopt, flagRevoke, flagDeleteAdopted} {
		for _, text := range c.StringSlice(name) {
			texts = append(texts, "--"+name+" "+text)
		}
	}
	if c.Bool(flagPrune) {
		texts = append(texts, "--"+flagPrune)
	}
	return texts
}

// savePlan writes a plan for an apply elsewhere or later.
func (p *project) savePlan(c *cli.Context, path string) error {
	if err := overwrite(path, []byte(p.plan.Canonical(intentTexts(c)))); err != nil {
		return fail(exitError, "--out: "+err.Error())
	}
	return nil
}

// plannedBefore is the text of the plan that a command names; empty when it names
// none.
func plannedBefore(c *cli.Context) (string, error) {
	path := c.Args().First()
	if c.Command.Name != "apply" || path == "" {
		return "", nil
	}
	if c.Args().Len() > 1 {
		return "", fail(exitError, fmt.Sprintf("sz apply takes one plan, and got %d arguments", c.Args().Len()))
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() <= maxPlanFile {
		if text, err := os.ReadFile(path); err == nil && strings.HasPrefix(string(text), plan.CanonicalHead+"\n") {
			return string(text), nil
		}
	}
	return "", fail(exitError, fmt.Sprintf("%s is not a plan that `sz plan --out` wrote; a Secretfile is named with -f FILE", path))
}

// assert makes sure that what was decided now is what was planned, by the text or
// the id that the user gives.
func (p *project) assert(c *cli.Context, planned string) error {
	flags := intentTexts(c)
	if id := c.String(flagPlanID); id != "" && id != p.plan.ID(flags) {
		return fail(exitError, fmt.Sprintf("the plan is another one now: its id is %s, and %s was asked for; nothing was done", p.plan.ID(flags), id))
	}
	now := p.plan.Canonical(flags)
	if planned == "" || planned == now {
		return nil
	}
	lines := plan.Differences(planned, now)
	if len(lines) > 20 {
		lines = append(lines[:20], fmt.Sprintf("and %d more", len(lines)-20))
	}
	for _, line := range lines {
		p.ui.Info("  %s", diag.Printable(line))
	}
	return fail(exitError, "something moved since the plan was made; nothing was done. Plan again; flags of the plan must be repeated")
}
