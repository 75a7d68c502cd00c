package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completion is what a shell adds to a line to ask how it may go on.
const completion = "--generate-bash-completion"

// flagsFirst puts the flags of a command line before its arguments. urfave/cli v2 takes
// a flag behind an argument for one more argument, so that `apply x --target y` would
// apply all. What follows -- is no flag.
func flagsFirst(commands []*cli.Command, args []string) []string {
	command, n := leaf(commands, args)
	if command == nil || args[len(args)-1] == completion {
		return args
	}
	line, behind := slices.Clone(args[:n]), []string(nil)
	for rest := args[n:]; len(rest) > 0; {
		a := rest[0]
		switch {
		case a == "--":
			return append(append(append(line, "--"), behind...), rest[1:]...)
		case len(a) < 2 || a[0] != '-':
			behind, rest = append(behind, a), rest[1:]
		default:
			used := 1 + valuesOf(command, a)
			if used > len(rest) {
				return append(line, a) // whose value is missing, which is all there is to say
			}
			line, rest = append(line, rest[:used]...), rest[used:]
		}
	}
	return append(line, behind...)
}

// leaf is the command that a line names, and where in the line its name ends; nil when
// it names none.
func leaf(commands []*cli.Command, args []string) (*cli.Command, int) {
	for n := 1; n < len(args); n++ {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[n]) })
		if i < 0 {
			return nil, 0
		}
		if len(commands[i].Subcommands) == 0 {
			return commands[i], n + 1
		}
		commands = commands[i].Subcommands
	}
	return nil, 0
}

// valuesOf is how many words behind a flag belong to it.
func valuesOf(command *cli.Command, word string) int {
	name, _, within := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range command.Flags {
		if d, ok := f.(cli.DocGenerationFlag); ok && slices.Contains(f.Names(), name) && d.TakesValue() && !within {
			return 1
		}
	}
	return 0
}
