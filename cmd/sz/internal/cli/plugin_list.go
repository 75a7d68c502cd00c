package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/redact"
)

func pluginListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list the plugins that sz finds, where each is from and what it serves",
		UsageText: "sz plugin list [--json]",
		Flags:     append(pluginFlags(), &cli.BoolFlag{Name: flagJSON, Usage: "print one JSON document on standard output"}),
		Action:    pluginList,
	}
}

// listedPlugin is a plugin in the document of the list.
type listedPlugin struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Origin  string   `json:"origin"` // first-party, signed, unsigned or development
	Signer  string   `json:"signer,omitempty"`
	SHA256  string   `json:"sha256"`
	Path    string   `json:"path"`
	Serves  []string `json:"serves"`
	RunBy   string   `json:"run_by,omitempty"` // its interpreter
}

func pluginList(c *cli.Context) error {
	out := plainUI(c)
	plugins, err := allPlugins(c)
	if err != nil {
		return err
	}
	listed := make([]listedPlugin, len(plugins))
	for i, p := range plugins {
		listed[i] = listedPlugin{p.Candidate.Name, p.Version, origin(p), p.Signer, p.Hash, p.Path, pluginhost.Serves(p.Description), p.Interpreter}
	}
	if c.Bool(flagJSON) {
		return out.JSON(struct {
			Format  string         `json:"format"`
			Plugins []listedPlugin `json:"plugins"`
		}{"sz/plugins/1", listed})
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tVERSION\tORIGIN\tSERVES")
	for _, p := range listed {
		from := p.Origin
		if p.RunBy != "" {
			from += ", run by " + p.RunBy
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", p.Name, p.Version, from, diag.OneLine(strings.Join(p.Serves, ", ")))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	out.Print(text.String())
	return nil
}

func origin(p pluginhost.Served) string {
	switch {
	case p.Dev:
		return "development"
	case p.FirstParty:
		return "first-party"
	case p.Signer != "":
		return "signed"
	}
	return "unsigned"
}

// allPlugins are the plugins that sz finds here. Those that cannot be used are told
// of and left out.
func allPlugins(c *cli.Context) ([]pluginhost.Served, error) {
	user, err := newAuthority(c, ".")
	if err != nil {
		return nil, err
	}
	host, err := newHost(c, ".", user, &redact.Masker{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = host.Close() }() // it holds no secret and nothing of ours is lost with it
	catalog, err := host.Catalog(c.Context)
	if catalog == nil {
		return nil, fail(exitProvider, err.Error())
	}
	if err != nil {
		plainUI(c).Info("warning: a plugin cannot be used: %v", err)
	}
	return catalog.Plugins, nil
}

// findPlugin is the plugin of a name.
func findPlugin(c *cli.Context, name string) (pluginhost.Served, error) {
	plugins, err := allPlugins(c)
	if err != nil {
		return pluginhost.Served{}, err
	}
	for _, p := range plugins {
		if p.Candidate.Name == name {
			return p, nil
		}
	}
	return pluginhost.Served{}, fail(exitError, fmt.Sprintf("no plugin %s is installed; `sz plugin list` shows those that are", diag.OneLine(name)))
}

// onlyArgument is the one argument of a command.
func onlyArgument(c *cli.Context, what string) (string, error) {
	if c.Args().Len() != 1 {
		return "", fail(exitError, fmt.Sprintf("%s takes one argument, %s", c.Command.HelpName, what))
	}
	return c.Args().First(), nil
}
