package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/scaffold"
	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/internal/regex"
)

func pluginNewCommand() *cli.Command {
	return &cli.Command{
		Name:      "new",
		Usage:     "begin a plugin: a project that builds and keeps the rules",
		UsageText: "sz plugin new --kind target|generator [--lang go|node|python] [--module PATH] NAME",
		ArgsUsage: "NAME",
		Description: "The project is made in the directory sz-plugin-NAME. It builds and passes\n" +
			"`sz plugin test` as it is; replace what it does with what yours should do.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "kind", Usage: "what it serves: `target` or generator"},
			&cli.StringFlag{Name: "lang", Value: "go", Usage: "the language `LANG`: go, node or python"},
			&cli.StringFlag{Name: "module", Usage: "the Go module `PATH` (default: example.com/sz-plugin-NAME)"},
			&cli.StringFlag{Name: "sdk", Usage: "use the SDK of a working copy of sz in `DIR`, not a released one"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		},
		Action: newPlugin,
	}
}

var pluginNameForm = regex.Of(`^[a-z][a-z0-9-]{0,62}$`)

func newPlugin(c *cli.Context) error {
	name := strings.TrimPrefix(c.Args().First(), "sz-plugin-")
	if c.Args().Len() != 1 || !pluginNameForm.MatchString(name) {
		return fail(exitError, "sz plugin new takes the NAME of the plugin, of lower-case letters, digits and hyphens, such as consul")
	}
	p := scaffold.Project{Name: name, What: c.String("kind"), Lang: c.String("lang"), Module: c.String("module"), SDKVersion: sdkVersion()}
	if err := oneOf("--kind", p.What, "target", "generator"); err != nil {
		return err
	}
	if err := oneOf("--lang", p.Lang, "go", "node", "python"); err != nil {
		return err
	}
	if p.Module == "" {
		p.Module = "example.com/sz-plugin-" + name
	}
	if dir := c.String("sdk"); dir != "" {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(absolute, "sdk", "plugin.go")); err != nil {
			return fail(exitError, fmt.Sprintf("--sdk %s is no working copy of sz", dir))
		}
		p.SDKDir = absolute
	}
	dir := "sz-plugin-" + name
	made, err := p.Write(dir)
	if err != nil {
		return fail(exitError, err.Error())
	}
	out := plainUI(c)
	out.Print(fmt.Sprintf("made %s with %s: %s\n\nNext:\n\n", dir, ui.Count(len(made), "file"), strings.Join(made, ", ")))
	for _, line := range nextSteps(p, dir) {
		out.Print("    " + line + "\n")
	}
	return nil
}

func nextSteps(p scaffold.Project, dir string) []string {
	steps := []string{"cd " + dir}
	if p.Lang == "go" {
		steps = append(steps, "go mod tidy")
	}
	return append(steps, "make test")
}

func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	last := len(allowed) - 1
	return fail(exitError, fmt.Sprintf("%s is %s or %s, not %q", flag, strings.Join(allowed[:last], ", "), allowed[last], value))
}

// sdkVersion is the version of the module that this sz was built of; an unreleased one
// is written as the first release.
func sdkVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+dirty") {
		return info.Main.Version
	}
	return "v0.1.0"
}
