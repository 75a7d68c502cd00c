package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/trial"
	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/conformance"
)

const flagJUnit = "junit"

func pluginConformCommand() *cli.Command {
	return &cli.Command{
		Name:      "test",
		Usage:     "check that a plugin keeps the rules that sz relies on",
		UsageText: "sz plugin test [--config FILE] [--json] [--junit FILE] BINARY",
		ArgsUsage: "BINARY",
		Description: "The binary, sz-plugin-NAME, is started again and again, confined as in a run, and\n" +
			"spoken to well and badly: values that stores lose, repeated and cancelled writes,\n" +
			"kills, wrong configurations. All that it says is searched for the values.\n\n" +
			"--config FILE is a Secretfile that uses the plugin: its providers, targets and\n" +
			"generators are what is tested. It must name an empty place: the test writes there,\n" +
			"and deletes what it wrote where the plugin can do that. Without it, kinds that\n" +
			"need no configuration are tested.\n\n" +
			"Exit status: 0 no check failed, 1 some did, 3 the Secretfile is wrong, 4 the plugin\n" +
			"cannot be used.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: flagFile, Aliases: []string{"config", "f"}, Usage: "a Secretfile `FILE` that uses the plugin"},
			&cli.StringFlag{Name: flagJUnit, Usage: "write the results to `FILE` as JUnit XML too"},
			&cli.BoolFlag{Name: flagJSON, Usage: "print one JSON document on standard output"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
			&cli.StringSliceFlag{Name: flagPluginDir, Usage: "look for other plugins in `DIR` first; may be repeated"},
		}, secretfileFlags()...),
		Action: conform,
	}
}

func conform(c *cli.Context) error {
	if c.Args().Len() != 1 {
		return fail(exitError, "sz plugin test takes the binary of a plugin; `sz plugin test --help` tells more")
	}
	candidate, err := namedPlugin(c.Args().First())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sz-plugin-test-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left is empty files in a temporary directory
	options, err := trialOptions(c, candidate, dir)
	if err != nil {
		return err
	}
	subject, err := trial.New(c.Context, candidate.Name, options)
	if err != nil {
		return fail(exitProvider, err.Error())
	}
	defer subject.Close()
	how := conformance.Options{Root: options.Project}
	if c.String(flagFile) != "" {
		if how.Cases, err = casesOf(c, candidate, subject); err != nil {
			return err
		}
	}
	return report(c, subject, how)
}

// namedPlugin is the plugin that an argument names.
func namedPlugin(path string) (pluginhost.Candidate, error) {
	candidate, ok := pluginhost.Named(path)
	if !ok {
		return candidate, fail(exitError, fmt.Sprintf("%s: a plugin's file is called sz-plugin-NAME, where NAME is of lower-case letters, digits and hyphens", path))
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return candidate, fail(exitError, path+" is no file that can be run")
	}
	return candidate, nil
}

// trialOptions are those of a host whose plugins work in dir and remember nothing
// elsewhere.
func trialOptions(c *cli.Context, candidate pluginhost.Candidate, dir string) (pluginhost.Options, error) {
	named, err := absoluteDirs(c.StringSlice(flagPluginDir))
	if err != nil {
		return pluginhost.Options{}, err
	}
	executable, err := os.Executable()
	if err != nil {
		return pluginhost.Options{}, err
	}
	if resolved, err := filepath.EvalSymlinks(executable); err == nil {
		executable = resolved
	}
	state := filepath.Join(dir, "state")
	project := filepath.Join(dir, "project")
	if err := os.Mkdir(project, 0o700); err != nil {
		return pluginhost.Options{}, err
	}
	return pluginhost.Options{
		Dev: []pluginhost.Candidate{candidate}, Dirs: named, Beside: pluginhost.Beside(executable),
		CacheDir: userDir("XDG_CACHE_HOME", ".cache"), RuntimeDir: os.Getenv("XDG_RUNTIME_DIR"), Project: project,
		LookupEnv: func(name string) (string, bool) {
			if name == "XDG_STATE_HOME" {
				return state, true
			}
			return os.LookupEnv(name)
		},
	}, nil
}

// casesOf reads the configurations of a Secretfile.
func casesOf(c *cli.Context, candidate pluginhost.Candidate, subject *trial.Subject) (*conformance.Cases, error) {
	p, err := newProject(c)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	p.user.dev = append(p.user.dev, candidate)
	_ = p.host.Close() // it has started nothing
	if p.host, err = newHost(c, p.root, p.user, p.mask); err != nil {
		return nil, err
	}
	if err := p.load(c.Context, c, false); err != nil {
		return nil, err
	}
	return subject.Cases(p.desired), nil
}

func report(c *cli.Context, subject conformance.Subject, how conformance.Options) error {
	out := plainUI(c)
	printer := ui.NewConformance(out)
	if !c.Bool(flagJSON) {
		how.Done = printer.Done
	}
	result := conformance.Run(c.Context, subject, how)
	if c.Err() != nil {
		return fail(exitInterrupted, "interrupted")
	}
	if path := c.String(flagJUnit); path != "" {
		if err := writeJUnit(path, result); err != nil {
			return err
		}
	}
	if c.Bool(flagJSON) {
		if err := out.JSON(ui.NewConformanceDocument(result)); err != nil {
			return err
		}
	} else {
		printer.Summary(result)
	}
	if !result.OK() {
		return done(exitError)
	}
	return nil
}

func writeJUnit(path string, result conformance.Report) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := ui.WriteJUnit(file, result); err != nil {
		_ = file.Close() // the first error tells more
		return err
	}
	return file.Close()
}
