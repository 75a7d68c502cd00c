package cli

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestFlagsMayStandBehindArguments(t *testing.T) {
	commands := []*cli.Command{
		{Name: "apply", Aliases: []string{"sync"}, Flags: []cli.Flag{
			&cli.StringFlag{Name: "file", Aliases: []string{"f"}}, &cli.BoolFlag{Name: "json"}, &cli.StringSliceFlag{Name: "target"},
		}},
		{Name: "plugin", Subcommands: []*cli.Command{{Name: "new", Flags: []cli.Flag{&cli.StringFlag{Name: "kind"}}}}},
	}
	for line, want := range map[string]string{
		"sz":                                   "sz",
		"sz apply":                             "sz apply",
		"sz apply p --json":                    "sz apply --json p",
		"sz sync p --target x q":               "sz sync --target x p q",
		"sz apply p --target=x q":              "sz apply --target=x p q",
		"sz apply p -f x":                      "sz apply -f x p",
		"sz apply --json p":                    "sz apply --json p",
		"sz apply - --json":                    "sz apply --json -",
		"sz apply p --unknown x":               "sz apply --unknown p x",
		"sz apply p --file":                    "sz apply --file",
		"sz apply p -- --json":                 "sz apply -- p --json",
		"sz plugin new n --kind target":        "sz plugin new --kind target n",
		"sz plugin nothing n --kind target":    "sz plugin nothing n --kind target",
		"sz --version apply":                   "sz --version apply",
		"sz apply p " + completion:             "sz apply p " + completion,
		"sz apply --target x --target y p q -": "sz apply --target x --target y p q -",
	} {
		if got := strings.Join(flagsFirst(commands, strings.Fields(line)), " "); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", line, got, want)
		}
	}
}
