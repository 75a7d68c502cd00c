package cli

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/record"
)

func stateCommand() *cli.Command {
	return &cli.Command{
		Name:  "state",
		Usage: "look at the lock file, and forget what is in it",
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "list what the lock file tells of",
				UsageText:   "sz state list [-f FILE]",
				Description: "Every secret with the time when its value was made, and below it its targets.",
				Flags:       commonFlags(),
				Action:      listState,
			},
			{
				Name:      "mv",
				Usage:     "record a secret under another name; no store is touched",
				UsageText: "sz state mv [-f FILE] OLD NEW",
				ArgsUsage: "OLD NEW",
				Description: "For a secret that was renamed in the Secretfile where its targets cannot tell. The\n" +
					"next apply puts our mark under the new name where a store carries it.",
				Flags:  applyFlags(),
				Action: moveState,
			},
			{
				Name:      "forget",
				Usage:     "forget a secret or one of its targets; no store is touched",
				UsageText: "sz state forget [-f FILE] ADDRESS…",
				ArgsUsage: "ADDRESS…",
				Description: "An ADDRESS is NAME, with * for any text, or NAME@TARGET. What is forgotten stays\n" +
					"where it is stored, and is not ours any more to sz where a store cannot carry\n" +
					"our mark.",
				Flags:  applyFlags(),
				Action: forgetState,
			},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fail(exitError, fmt.Sprintf("unknown command %q; there are list, mv and forget", c.Args().First()))
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

func listState(c *cli.Context) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.remember(c); err != nil {
		return err
	}
	lock := p.lock.Lock()
	if c.Bool(flagJSON) {
		return p.ui.JSON(lock.Document())
	}
	for _, s := range lock.Document().Secrets {
		p.ui.Print(fmt.Sprintf("%s  %s\n", diag.Printable(s.Name), s.Rotated.UTC().Format("2006-01-02")))
		for _, t := range lock.Document().Targets {
			if t.Secret == s.Name {
				p.ui.Print(fmt.Sprintf("  %s\n", diag.Printable(t.Address)))
			}
		}
	}
	return nil
}

// remember loads the Secretfile as far as it takes to find the lock file, and reads
// that.
func (p *project) remember(c *cli.Context) error {
	p.lenient = true
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	return p.recall()
}

// edit changes the lock file while no other run is at work on it.
func edit(c *cli.Context, change func(p *project) error) error {
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	p.lenient = true
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	running, err := p.runLock(c)
	if err != nil {
		return err
	}
	defer running.Release()
	if err := p.recall(); err != nil {
		return err
	}
	if err := change(p); err != nil {
		return err
	}
	return p.lock.Save()
}

func moveState(c *cli.Context) error {
	if c.Args().Len() != 2 {
		return fail(exitError, "say the old and the new name: sz state mv OLD NEW")
	}
	from, to := c.Args().Get(0), c.Args().Get(1)
	return edit(c, func(p *project) error {
		lock := p.lock.Lock()
		if _, ok := lock.Secrets[from]; !ok {
			return fail(exitError, fmt.Sprintf("the lock file tells of no secret %s; `sz state list` shows what it tells of", from))
		}
		if _, ok := lock.Secrets[to]; ok {
			return fail(exitError, fmt.Sprintf("the lock file tells of a secret %s already; `sz state forget %s` makes room", to, to))
		}
		if !slices.ContainsFunc(p.desired.Secrets, func(s plan.Secret) bool { return s.Name == to }) {
			return fail(exitError, fmt.Sprintf("the Secretfile has no secret %s; rename it there first", to))
		}
		p.lock.Change(func(l *record.Lock) { l.Rename(from, to) })
		p.ui.Print(fmt.Sprintf("%s is recorded as %s\n", diag.Printable(from), diag.Printable(to)))
		return nil
	})
}

func forgetState(c *cli.Context) error {
	if !c.Args().Present() {
		return fail(exitError, "say what to forget: NAME or NAME@TARGET")
	}
	return edit(c, func(p *project) error { return p.forget(c.Args().Slice()) })
}

func (p *project) forget(addresses []string) error {
	for _, address := range addresses {
		n := 0
		p.lock.Change(func(l *record.Lock) { n = forget(l, address) })
		if n == 0 {
			return fail(exitError, fmt.Sprintf("the lock file tells of nothing at %s; `sz state list` shows what it tells of", address))
		}
		p.ui.Print(fmt.Sprintf("forgot %s\n", diag.Printable(address)))
	}
	return nil
}

// forget removes what an address means from a lock and counts it. A secret without
// targets is kept: what it was made of is still known.
func forget(l *record.Lock, address string) int {
	name, target, narrow := strings.Cut(address, "@")
	n := 0
	for key, t := range l.Targets {
		if ok, _ := path.Match(name, t.Secret); ok && (!narrow || strings.HasSuffix(t.Address, target)) {
			l.DropTarget(key)
			n++
		}
	}
	for key := range l.Secrets {
		if ok, _ := path.Match(name, key); ok && !narrow {
			l.DropSecret(key)
			n++
		}
	}
	return n
}
