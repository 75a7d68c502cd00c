package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/apply"
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
			"project. Only what carries our mark and is in the lock file is touched. A vault\n" +
			"keeps what was deleted for a while; --purge deletes it for good.\n\n" +
			"Exit status: as of apply.",
		Flags:  applyFlags(&cli.BoolFlag{Name: flagPurge, Usage: "delete for good, where the store allows it"}),
		Action: destroy,
	}
}

func destroy(c *cli.Context) error {
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
	only, err := plan.Select(p.desired, c.Args().Slice())
	if err != nil {
		return fail(exitError, err.Error())
	}
	p.observed = time.Now()
	observed := p.session.Inspect(c.Context, p.desired, p.recorded)
	if c.Err() != nil {
		return fail(exitInterrupted, "interrupted; nothing was changed")
	}
	p.plan = plan.Destroy(p.desired, only, p.recorded, observed)
	if !c.Bool(flagJSON) {
		p.ui.Plan(p.head(), p.plan)
	}
	if !p.plan.HasChanges() {
		return done(planCode(p.plan))
	}
	if err := p.confirmName(c); err != nil {
		return err
	}
	return p.carryOut(c, ui.NewPlanDocument(p.head(), p.plan, p.warnings), func(o *apply.Options) { o.Purge = c.Bool(flagPurge) })
}

// confirmName asks for the name of the project: yes is typed too easily.
func (p *project) confirmName(c *cli.Context) error {
	if c.Bool(flagAutoApprove) {
		return nil
	}
	stdin, inOK := c.App.Reader.(*os.File)
	stderr, errOK := c.App.ErrWriter.(*os.File)
	if !inOK || !errOK || !ui.Terminal(stdin) || !ui.Terminal(stderr) {
		return fail(exitError, "there is something to delete and nobody to ask; nothing was done. `sz destroy --auto-approve` does not ask")
	}
	fmt.Fprintf(stderr, "\nType the name of the project, %s, to delete this: ", p.plan.Project)
	answer, _ := bufio.NewReader(stdin).ReadString('\n')
	if strings.TrimSpace(answer) != p.plan.Project {
		return fail(exitError, "not confirmed; nothing was done")
	}
	return nil
}
