package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
)

func pluginRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:        "remove",
		Usage:       "remove an installed plugin, with what you approved for it in all projects",
		UsageText:   "sz plugin remove NAME[@VERSION]",
		ArgsUsage:   "NAME[@VERSION]",
		Description: "The key of its author stays known, so that nobody else can take the name.",
		Action:      pluginRemove,
	}
}

func pluginRemove(c *cli.Context) error {
	argument, err := onlyArgument(c, "the name of a plugin")
	if err != nil {
		return err
	}
	user, err := newAuthority(c, ".")
	if err != nil {
		return err
	}
	store, err := pluginStore()
	if err != nil {
		return err
	}
	name, version, one := strings.Cut(argument, "@")
	installed, damaged := store.List()
	if damaged != nil {
		plainUI(c).Info("warning: %v", damaged)
	}
	removed := 0
	for _, i := range installed {
		if i.Name != name || one && i.Version() != version {
			continue
		}
		if err := store.Remove(i); err != nil {
			return fail(exitError, err.Error())
		}
		removed++
		plainUI(c).Print(strings.TrimSpace(fmt.Sprintf("removed plugin %s %s", name, i.Version())) + "\n")
	}
	if removed == 0 {
		return fail(exitError, fmt.Sprintf("plugin %s is not among those that you installed; `sz plugin list` shows where each is", diag.OneLine(argument)))
	}
	if one {
		return nil
	}
	if err := user.store.Revoke(func(line string) bool {
		return !strings.HasPrefix(line, "plugin "+name+" ") && !strings.HasPrefix(line, "plugin "+name+":")
	}); err != nil {
		return fail(exitError, err.Error())
	}
	return nil
}
