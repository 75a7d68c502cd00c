// Command sz makes the secrets that a Secretfile declares exist where it says
// they must be. See the commands in internal/cli; under another name it is the
// attacker of its own sandbox, see internal/probe.
package main

import (
	"os"
	"path/filepath"

	"github.com/secretzero/sz/cmd/sz/internal/cli"
	"github.com/secretzero/sz/cmd/sz/internal/probe"
)

func main() {
	if filepath.Base(os.Args[0]) == probe.Binary {
		if !probe.BeVictim() {
			probe.Serve()
		}
		return
	}
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
