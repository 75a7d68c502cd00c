// Command sz makes the secrets that a Secretfile declares exist where it says
// they must be. See the commands in internal/cli.
package main

import (
	"os"

	"github.com/secretzero/sz/cmd/sz/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
