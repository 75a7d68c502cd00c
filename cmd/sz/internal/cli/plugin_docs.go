package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/redact"
)

func pluginDocsCommand() *cli.Command {
	return &cli.Command{
		Name:      "docs",
		Usage:     "print the reference of a plugin, as Markdown",
		UsageText: "sz plugin docs [-o FILE] BINARY|NAME",
		ArgsUsage: "BINARY",
		Description: "The reference is made of what the plugin says of itself: kinds, keys, defaults,\n" +
			"what is allowed, and what it asks to be permitted.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: flagOutput, Aliases: []string{"o"}, Usage: "write to a `FILE`, over what it holds"},
			&cli.StringSliceFlag{Name: flagPluginDir, Usage: "look for plugins in `DIR` first; may be repeated"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		},
		Action: pluginDocs,
	}
}

func pluginDocs(c *cli.Context) error {
	if c.Args().Len() != 1 {
		return fail(exitError, "sz plugin docs takes the binary of a plugin, or the name of an installed one")
	}
	user, err := newAuthority(c, ".")
	if err != nil {
		return err
	}
	name := c.Args().First()
	if !pluginNameForm.MatchString(name) || len(name) > len("sz-plugin-") && name[:len("sz-plugin-")] == "sz-plugin-" {
		candidate, err := namedPlugin(name)
		if err != nil {
			return err
		}
		name = candidate.Name
		user.dev = []pluginhost.Candidate{candidate}
	}
	host, err := newHost(c, ".", user, &redact.Masker{})
	if err != nil {
		return err
	}
	defer func() { _ = host.Close() }() // it holds no secret and nothing of ours is lost with it
	catalog, err := host.Catalog(c.Context)
	if catalog == nil {
		return fail(exitProvider, err.Error())
	}
	for _, p := range catalog.Plugins {
		if p.Candidate.Name != name {
			continue
		}
		document := ui.PluginReference(p.Description)
		if file := c.String(flagOutput); file != "" {
			return overwrite(file, []byte(document))
		}
		plainUI(c).Print(document)
		return nil
	}
	if err != nil {
		return fail(exitProvider, err.Error())
	}
	return fail(exitError, "no plugin "+name+" is installed; name its binary")
}
