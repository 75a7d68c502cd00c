package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/record"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/secretfile"
)

// project is one run over one Secretfile, filled step by step: load, plan, and
// for apply what follows. Close ends its plugins.
type project struct {
	ui      *ui.UI
	path    string
	mask    *redact.Masker
	host    *pluginhost.Host
	catalog *pluginhost.Catalog

	file     *secretfile.File
	desired  plan.Desired
	session  *observe.Session
	lock     *record.File
	recorded plan.Recorded
	plan     *plan.Plan
	observed time.Time
	warnings diag.List
}

// maxSecretfile is how much of a file is read; the language refuses what is near.
const maxSecretfile = 64 << 20

func newProject(c *cli.Context) (*project, error) {
	path, err := secretfilePath(c.String(flagFile))
	if err != nil {
		return nil, err
	}
	dirs, err := pluginDirs(c.StringSlice(flagPluginDir))
	if err != nil {
		return nil, err
	}
	root, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	p := &project{path: path, mask: &redact.Masker{}}
	stderr, isFile := c.App.ErrWriter.(*os.File)
	color := isFile && !c.Bool(flagNoColor) && ui.Colorful(stderr)
	p.ui = ui.New(c.App.Writer, c.App.ErrWriter, color, isFile && ui.Terminal(stderr))
	p.host = pluginhost.New(pluginhost.Options{
		Dirs: dirs, CacheDir: userDir("XDG_CACHE_HOME", ".cache"), RuntimeDir: os.Getenv("XDG_RUNTIME_DIR"),
		Project: root, LookupEnv: os.LookupEnv, Mask: p.mask,
	})
	return p, nil
}

// Close ends the plugins. A plugin that cannot be cleaned up after is reported
// and does not change what the command came to.
func (p *project) Close() {
	if err := p.host.Close(); err != nil {
		p.ui.Info("warning: %v", err)
	}
}

// load reads the Secretfile and checks all of it that needs no plugin process.
func (p *project) load(ctx context.Context, c *cli.Context, unsetIsUnknown bool) error {
	text, err := readBounded(p.path)
	if err != nil {
		return fail(exitSecretfile, err.Error())
	}
	file, found := secretfile.Load(p.path, text, secretfile.Options{
		Env: os.LookupEnv, UnsetEnvIsUnknown: unsetIsUnknown, Strict: c.Bool(flagStrict),
	})
	p.file = file
	if file == nil {
		return p.stop(c, exitSecretfile, found)
	}
	p.catalog, err = p.host.Catalog(ctx)
	if err != nil {
		found = append(found, diag.Diagnostic{Severity: diag.Warning, Code: "plugin-left-out", Summary: "a plugin cannot be used: " + err.Error()})
	}
	if p.catalog == nil {
		return fail(exitProvider, err.Error())
	}
	var more diag.List
	p.desired, more = plan.Build(file, kinds{p.catalog})
	found = append(found, more...)
	if found.HasErrors() {
		return p.stop(c, exitSecretfile, found)
	}
	p.warnings = append(p.warnings, found...)
	p.maskStated()
	return nil
}

// maskStated makes values that came from the environment known to the masker.
func (p *project) maskStated() {
	for _, s := range p.desired.Secrets {
		for _, part := range s.Parts {
			if part.Stated != nil && len(part.Source.EnvNames()) > 0 {
				p.mask.Add(*part.Stated)
			}
		}
	}
}

// decide asks the targets and decides. It changes nothing.
func (p *project) decide(ctx context.Context, c *cli.Context) error {
	var err error
	if p.lock, err = record.Open(record.PathFor(p.path, p.desired.Environment), p.desired.Project, p.desired.Environment); err != nil {
		return fail(exitError, err.Error())
	}
	if p.recorded, err = plan.FromLock(p.lock.Lock()); err != nil {
		return fail(exitError, err.Error())
	}
	var found diag.List
	if p.session, found = observe.Open(ctx, p.host, p.catalog, p.desired); found.HasErrors() {
		return p.stop(c, exitProvider, found)
	}
	found = append(found, p.session.Place(ctx, &p.desired)...)
	if found.HasErrors() {
		return p.stop(c, exitSecretfile, found)
	}
	p.warnings = append(p.warnings, found...)
	p.observed = time.Now()
	observed := p.session.Inspect(ctx, p.desired, p.recorded)
	if ctx.Err() != nil {
		return fail(exitInterrupted, "interrupted; nothing was changed")
	}
	p.plan = plan.Decide(p.desired, p.recorded, observed, time.Now())
	p.warnings = append(p.warnings, p.plan.Warnings...)
	return nil
}

// stop ends a command with problems in the Secretfile, shown with their lines.
func (p *project) stop(c *cli.Context, code int, found diag.List) error {
	found = append(p.warnings, found...).Sorted()
	if c.Bool(flagJSON) {
		return faulty(code, found)
	}
	p.ui.Diagnostics(found, p.sources())
	return &exit{code: code, shown: true}
}

func (p *project) sources() *diag.Sources {
	if p.file == nil {
		return nil
	}
	return p.file.Sources
}

// head is what is said before the plan.
func (p *project) head() ui.Head {
	h := ui.Head{Secretfile: p.path, Lock: record.PathFor(p.path, p.desired.Environment)}
	for _, provider := range p.desired.Providers {
		if i := p.session.Provider(provider.Alias); i != nil {
			h.Providers = append(h.Providers, ui.HeadProvider{
				Alias: provider.Alias, Kind: provider.Kind, Plugin: i.Plugin.Name, Version: i.Plugin.Version, Tier: i.Tier().String(),
			})
		}
	}
	return h
}

// secretfilePath is the file that was named, or the one that lies here.
func secretfilePath(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	var here []string
	for _, name := range []string{"Secretfile.yml", "Secretfile.yaml"} {
		if _, err := os.Stat(name); err == nil {
			here = append(here, name)
		}
	}
	switch len(here) {
	case 0:
		return "", fail(exitSecretfile, "no Secretfile.yml or Secretfile.yaml in this directory; name one with -f FILE")
	case 1:
		return here[0], nil
	}
	return "", fail(exitSecretfile, "both Secretfile.yml and Secretfile.yaml are here; name one with -f FILE")
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secretfile: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("secretfile: %s is a directory", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecretfile))
	if err != nil {
		return nil, fmt.Errorf("secretfile: %w", err)
	}
	return text, nil
}

func pluginDirs(named []string) ([]string, error) {
	for i, dir := range named {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
			return nil, fail(exitError, fmt.Sprintf("--plugin-dir %s is not a directory", dir))
		}
		named[i] = absolute
	}
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if resolved, err := filepath.EvalSymlinks(executable); err == nil {
		executable = resolved
	}
	return pluginhost.Dirs(named, userDir("XDG_DATA_HOME", ".local/share"), executable), nil
}

// userDir is a directory of the XDG Base Directory Specification; relative values
// are invalid by its word and ignored. Empty when there is none.
func userDir(variable, fallback string) string {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, fallback)
}
