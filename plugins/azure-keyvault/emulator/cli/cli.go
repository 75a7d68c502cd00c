// Package cli is the program keyvault-emulator: serve.go and exec.go run the
// emulator, list.go and azure.go talk to one. See the package emulator for what is
// emulated.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// The exit codes of the program's own failures.
const (
	exitFailure = 1
	exitUsage   = 2
)

// streams are where a command reads and writes.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

var commands = map[string]func([]string, streams) (int, error){
	"serve": serve, "exec": execute, "list": list, "az": azureCLI, "azd": developerCLI, "pwsh": powerShell,
}

// Main runs the program and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) < 2 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch args[1] {
	case "help", "--help", "-h", "-help":
		fmt.Fprint(stdout, usage)
		return 0
	}
	run, ok := commands[args[1]]
	if !ok {
		fmt.Fprintf(stderr, "keyvault-emulator: unknown command %q; see --help\n", args[1])
		return exitUsage
	}
	code, err := run(args[2:], streams{stdin, stdout, stderr})
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "keyvault-emulator:", err)
		return max(code, exitFailure)
	}
	return code
}

func unexpected(args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("argument %q: not expected", args[0])
}
