package cli

import "github.com/urfave/cli/v2"

// The flags that several commands share.
const (
	flagFile        = "file"
	flagEnv         = "env"
	flagVar         = "var"
	flagVarFile     = "var-file"
	flagJSON        = "json"
	flagNoColor     = "no-color"
	flagPluginDir   = "plugin-dir"
	flagAutoApprove = "auto-approve"
	flagParallelism = "parallelism"
	flagDetailed    = "detailed-exitcode"
	flagStrict      = "strict"
	flagTrust       = "trust"
	flagPluginDev   = "plugin-dev"
	flagPluginDevCI = "plugin-dev-in-ci"
	flagSandboxMin  = "sandbox-min"
)

// secretfileFlags say how a Secretfile is read.
func secretfileFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: flagEnv, Usage: "the environment `NAME` of the Secretfile (default: its own default)"},
		&cli.StringSliceFlag{Name: flagVarFile, Usage: "read variables from `FILE`; may be repeated, later files count more"},
		&cli.StringSliceFlag{Name: flagVar, Usage: "set a variable, `NAME=TEXT`; may be repeated, and counts more than files and SZ_VAR_NAME"},
	}
}

func commonFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: flagFile, Aliases: []string{"f"}, Usage: "the Secretfile `FILE` (default: Secretfile.yml, Secretfile.yaml or Secretfile.hcl here)"},
		&cli.BoolFlag{Name: flagJSON, Usage: "print one JSON document on standard output"},
		&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		&cli.BoolFlag{Name: flagStrict, Usage: "take keys that are only tolerated for errors"},
		&cli.StringSliceFlag{Name: flagTrust, Usage: "allow the project exactly what `DIGEST` names of what is beyond the standard (also SZ_TRUST); may be repeated"},
	}, append(append(secretfileFlags(), pluginFlags()...), more...)...)
}

// pluginFlags say which plugins are used.
func pluginFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: flagPluginDir, Usage: "look for plugins in `DIR` first; may be repeated"},
		&cli.StringSliceFlag{Name: flagPluginDev, Usage: "use the plugin under development at `NAME=PATH`, or NAME=@FILE where it was started with --attach FILE; may be repeated"},
		&cli.BoolFlag{Name: flagPluginDevCI, Usage: "use plugins under development also where CI is set"},
		&cli.StringFlag{Name: flagSandboxMin, Usage: "fail where a plugin cannot run in sandbox `TIER`, T0 to T3, or a higher one"},
	}
}

func detailedFlag() cli.Flag {
	return &cli.BoolFlag{Name: flagDetailed, Usage: "exit with 2 when there are changes"}
}
