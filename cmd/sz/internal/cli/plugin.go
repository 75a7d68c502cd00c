package cli

import "github.com/urfave/cli/v2"

// pluginCommand is the group of commands about plugins, each in its own file.
func pluginCommand() *cli.Command {
	return &cli.Command{
		Name:  "plugin",
		Usage: "install, approve, check, remove and write plugins",
		Subcommands: []*cli.Command{
			pluginListCommand(),
			pluginInstallCommand(),
			pluginApproveCommand(),
			pluginVerifyCommand(),
			pluginRemoveCommand(),
			pluginNewCommand(),
			pluginConformCommand(),
			pluginDocsCommand(),
			pluginReleaseCommand(),
			pluginDoctorCommand(),
		},
	}
}
