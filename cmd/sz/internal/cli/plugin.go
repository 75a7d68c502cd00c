package cli

import "github.com/urfave/cli/v2"

func pluginCommand() *cli.Command {
	return &cli.Command{
		Name:  "plugin",
		Usage: "write plugins",
		Subcommands: []*cli.Command{
			pluginConformCommand(),
		},
	}
}
