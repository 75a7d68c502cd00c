// Command sz makes the secrets that a Secretfile declares exist where it says
// they must be. See the commands in internal/cli; under another name it is the
// attacker of its own sandbox, see internal/probe.
package main

import (
	"os"
	"path/filepath"

	"github.com/secretzero/sz/cmd/sz/internal/cli"
	"github.com/secretzero/sz/cmd/sz/internal/crash"
	"github.com/secretzero/sz/cmd/sz/internal/probe"
	"github.com/secretzero/sz/core/sandbox"
)

func main() {
	if filepath.Base(os.Args[0]) == probe.Binary {
		if !probe.BeVictim() {
			probe.Serve()
		}
		return
	}
	if os.Args[0] == crash.Reporter {
		crash.Tell()
		return
	}
	stderr, stop := crash.Watch(os.Stderr, sandbox.Begin)
	code := cli.Main(os.Args, os.Stdin, os.Stdout, stderr)
	stop()
	os.Exit(code)
}
