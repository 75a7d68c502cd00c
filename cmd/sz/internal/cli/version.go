package cli

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"
)

// buildVersion is set by the linker in releases.
var buildVersion = "0.1.0-dev"

func version() string { return buildVersion }

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version of sz",
		Action: func(c *cli.Context) error {
			_, err := fmt.Fprintf(c.App.Writer, "sz %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
