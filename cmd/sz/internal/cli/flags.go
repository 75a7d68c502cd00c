package cli

import "github.com/urfave/cli/v2"

// The flags that several commands share.
const (
	flagFile        = "file"
	flagJSON        = "json"
	flagNoColor     = "no-color"
	flagPluginDir   = "plugin-dir"
	flagAutoApprove = "auto-approve"
	flagParallelism = "parallelism"
	flagDetailed    = "detailed-exitcode"
	flagStrict      = "strict"
)

func commonFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: flagFile, Aliases: []string{"f"}, Usage: "the Secretfile `FILE` (default: Secretfile.yml or Secretfile.yaml here)"},
		&cli.BoolFlag{Name: flagJSON, Usage: "print one JSON document on standard output"},
		&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		&cli.BoolFlag{Name: flagStrict, Usage: "take keys that are only tolerated for errors"},
		&cli.StringSliceFlag{Name: flagPluginDir, Usage: "look for plugins in `DIR` first; may be repeated"},
	}, more...)
}

func detailedFlag() cli.Flag {
	return &cli.BoolFlag{Name: flagDetailed, Usage: "exit with 2 when there are changes"}
}
