package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/apply"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
)

const (
	flagPurge = "purge"
	flagPrune = "prune"
)

func destroyCommand() *cli.Command {
	return &cli.Command{
		Name:      "destroy",
		Usage:     "delete secrets from their targets",
		UsageText: "sz destroy [-f FILE] [--purge] [ADDRESS…]",
		ArgsUsage: "[ADDRESS…]",
		Description: "Deletes what the secrets that are named hold in their targets, or all of the\n" +
			"project. Only what carries our mark and is in the lock file is touched; from what\n" +
			"was there before sz only the mark is taken. A vault keeps what was deleted for a\n" +
			"while; --purge deletes it for good, where the vault and the target allow that, and\n" +
			"so does a person who types the vault's name where the project's would do.\n\n" +
			"Exit status: as of apply.",
		Flags:  applyFlags(&cli.BoolFlag{Name: flagPurge, Usage: "delete for good, where the store allows it"}, deleteAdoptedFlag()),
		Action: func(c *cli.Context) error { return remove(c, plan.Destroy, c.Bool(flagPurge)) },
	}
}

func purgeCommand() *cli.Command {
	return &cli.Command{
		Name:      "purge",
		Usage:     "remove deleted secrets for good",
		UsageText: "sz purge [-f FILE] ADDRESS…",
		ArgsUsage: "ADDRESS…",
		Description: "Removes for good what was deleted and its store still keeps. Only what carries\n" +
			"our mark is touched. It cannot be brought back.\n\n" +
			"Exit status: as of apply.",
		Flags: applyFlags(),
		Action: func(c *cli.Context) error {
			if !c.Args().Present() {
				return fail(exitError, "name the secrets to purge, as in sz purge NAME")
			}
			return remove(c, plan.Purge, true)
		},
	}
}

// remove decides upon removals, asks, and carries them out.
func remove(c *cli.Context, decide func(plan.Desired, plan.Intent, plan.Recorded, plan.Observed) *plan.Plan, purge bool) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	lock, err := p.runLock(c)
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := p.locate(c.Context, c); err != nil {
		return err
	}
	var intent plan.Intent
	if intent.Only, err = plan.Select(p.desired, c.Args().Slice()); err != nil {
		return fail(exitError, err.Error())
	}
	if intent.DeleteAdopted, err = p.selectOrphans(c.StringSlice(flagDeleteAdopted)); err != nil {
		return fail(exitError, "--"+flagDeleteAdopted+": "+err.Error())
	}
	if err := p.look(c.Context); err != nil {
		return err
	}
	p.plan = decide(p.desired, intent, p.recorded, p.seen)
	if !c.Bool(flagJSON) {
		p.ui.Plan(p.head(), p.plan)
	}
	if !p.plan.HasChanges() {
		return done(planCode(p.plan))
	}
	forGood, err := p.confirmName(c, purge)
	if err != nil {
		return err
	}
	return p.carryOut(c, ui.NewPlanDocument(p.head(), p.plan, p.warnings), func(o *apply.Options) { o.Purge = forGood })
}

// confirmName asks for a name, since yes is typed too easily: that of the project
// deletes what a store keeps for a while, those of the stores delete for good. What is
// deleted for good in any case takes the names of the stores.
func (p *project) confirmName(c *cli.Context, purge bool) (forGood bool, err error) {
	if c.Bool(flagAutoApprove) {
		return purge, nil
	}
	if !interactive(c) {
		return false, fail(exitError, "there is something to delete and nobody to ask; nothing was done. `sz "+c.Command.Name+" --auto-approve` does not ask")
	}
	stores := strings.Join(p.plan.Stores(), " ")
	question := fmt.Sprintf("Type the name of the project, %s, to delete this: ", p.plan.Project)
	switch {
	case stores != "" && purge:
		question = fmt.Sprintf("Type %s to delete this for good: ", stores)
	case stores != "":
		question = fmt.Sprintf("Type the name of the project, %s, to delete this, or %s to delete it for good: ", p.plan.Project, stores)
	}
	switch typed := ask(c, diag.Printable(question)); {
	case typed == "":
	case stores != "" && typed == stores:
		return true, nil
	case typed == p.plan.Project && (stores == "" || !purge):
		return purge, nil
	}
	return false, fail(exitError, "not confirmed; nothing was done")
}
