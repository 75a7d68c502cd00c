package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/reach"
	"github.com/secretzero/sz/core/trust"
)

func pluginApproveCommand() *cli.Command {
	return &cli.Command{
		Name:      "approve",
		Usage:     "allow a plugin in all of your projects what it asks for by itself",
		UsageText: "sz plugin approve [--hash sha256:…] NAME",
		ArgsUsage: "NAME",
		Description: "What the plugin is and the hosts, files, variables and commands that it names\n" +
			"itself are asked no more, in any project of yours. Hosts and files that a\n" +
			"Secretfile names for it are still asked there. Another build of the plugin is\n" +
			"another plugin.\n\n" +
			"Where nobody can be asked, --hash says which binary you mean.",
		Flags:  append(pluginFlags(), &cli.StringFlag{Name: flagHash, Usage: "the binary has `HASH`, sha256: and 64 digits"}),
		Action: pluginApprove,
	}
}

func pluginApprove(c *cli.Context) error {
	name, err := onlyArgument(c, "the name of a plugin")
	if err != nil {
		return err
	}
	user, err := newAuthority(c, ".")
	if err != nil {
		return err
	}
	plugin, err := findPlugin(c, name)
	if err != nil {
		return err
	}
	out := plainUI(c)
	if plugin.FirstParty {
		out.Print(fmt.Sprintf("plugin %s comes with sz and needs no approval\n", name))
		return nil
	}
	lines := approvalLines(plugin)
	switch stated := c.String(flagHash); {
	case stated == "sha256:"+plugin.Hash:
	case stated != "":
		return fail(exitPolicy, fmt.Sprintf("not approved: plugin %s has sha256:%s, not %s", name, plugin.Hash, stated))
	case !interactive(c):
		showRequests(out, lines)
		return fail(exitPolicy, fmt.Sprintf("not approved: there is nobody to ask. To approve exactly this say --hash sha256:%s", plugin.Hash))
	default:
		showRequests(out, lines)
		if ask(c, "Allow this in all of your projects? Only `yes` is taken for yes: ") != "yes" {
			return fail(exitPolicy, "not approved")
		}
	}
	if err := user.store.Approve(trust.Everywhere, lines); err != nil {
		return fail(exitError, err.Error())
	}
	out.Print(fmt.Sprintf("approved plugin %s %s in all of your projects\n", name, plugin.Version))
	return nil
}

// approvalLines are the lines of reach that a plugin has by itself, whatever a
// project configures.
func approvalLines(plugin pluginhost.Served) []string {
	return reach.OfPlugin(reachPlugin(plugin), literal(plugin)).Texts()
}

// literal is what a plugin asks for without looking into any configuration.
func literal(plugin pluginhost.Served) grant.Set {
	var set grant.Set
	for _, r := range pluginhost.Requests(plugin.Description) {
		set = set.With(grant.Kind(r.Key), r.Value) // a key that refers to something is no kind
	}
	return set
}
