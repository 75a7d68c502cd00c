package cli

import (
	"fmt"
	"path"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
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
				return fail(exitError, fmt.Sprintf("unknown command %q; there are list and forget", c.Args().First()))
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

func forgetState(c *cli.Context) error {
	if !c.Args().Present() {
		return fail(exitError, "say what to forget: NAME or NAME@TARGET")
	}
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
	for _, address := range c.Args().Slice() {
		n := 0
		p.lock.Change(func(l *record.Lock) { n = forget(l, address) })
		if n == 0 {
			return fail(exitError, fmt.Sprintf("the lock file tells of nothing at %s; `sz state list` shows what it tells of", address))
		}
		p.ui.Print(fmt.Sprintf("forgot %s\n", diag.Printable(address)))
	}
	return p.lock.Save()
}

// forget removes what an address means from a lock and counts it. A secret without
// targets is kept: what it was made of is still known.
func forget(l *record.Lock, address string) int {
	name, target, narrow := strings.Cut(address, "@")
	n := 0
	for key, t := range l.Targets {
		if ok, _ := path.Match(name, t.Secret); ok && (!narrow || strings.HasSuffix(t.Address, target)) {
			delete(l.Targets, key)
			n++
		}
	}
	for key := range l.Secrets {
		if ok, _ := path.Match(name, key); ok && !narrow {
			delete(l.Secrets, key)
			n++
		}
	}
	return n
}
