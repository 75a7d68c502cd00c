package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// list prints what the vaults of a state file hold, or those of the emulator in
// whose environment it runs. Values are never part of it.
func list(args []string, to streams) (int, error) {
	flags := flag.NewFlagSet("list", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	stateFile := flags.String("state", "", "")
	if err := errors.Join(flags.Parse(args), unexpected(flags.Args())); err != nil {
		return exitUsage, err
	}
	secrets, err := listed(*stateFile)
	if err != nil {
		return exitFailure, fmt.Errorf("list: %w", err)
	}
	table := tabwriter.NewWriter(to.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VAULT/SECRET\tVERSIONS\tCURRENT VERSION\tSTATE\tCONTENT TYPE\tTAGS")
	for _, l := range secrets {
		fmt.Fprintf(table, "%s/%s\t%d\t%s\t%s\t%s\t%s\n", l.Vault, l.Name, l.Versions, l.Current, state(l), dash(l.ContentType), tags(l.Tags))
	}
	return 0, table.Flush()
}

func listed(stateFile string) (secrets []emulator.Listed, err error) {
	if stateFile != "" {
		return emulator.ListFile(stateFile)
	}
	err = ask("/admin/secrets", &secrets)
	return secrets, err
}

func state(l emulator.Listed) string {
	switch {
	case l.Deleted:
		return "deleted"
	case l.Enabled:
		return "enabled"
	}
	return "disabled"
}

func tags(t map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(t)) {
		list = append(list, name+"="+t[name])
	}
	return dash(strings.Join(list, " "))
}

// dash is a text as one cell of a table: what would move the cursor is left out.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
