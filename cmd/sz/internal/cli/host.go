package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/sandbox"
)

// newHost makes a host for the plugins of the project in root.
func newHost(c *cli.Context, root string, user *authority, mask *redact.Masker) (*pluginhost.Host, error) {
	named, err := absoluteDirs(c.StringSlice(flagPluginDir))
	if err != nil {
		return nil, err
	}
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if resolved, err := filepath.EvalSymlinks(executable); err == nil {
		executable = resolved
	}
	installed, err := user.installed()
	if err != nil {
		return nil, err
	}
	lowest, said, err := sandboxMin(c, user)
	if err != nil {
		return nil, err
	}
	return pluginhost.New(pluginhost.Options{
		Progress: progressTo(c), Waiting: plainUI(c).Throttled, Allowances: user.allowances(),
		SandboxMin: lowest, SandboxMinForAll: said,
		Dev: user.dev, Dirs: append(named, user.config.PluginDirs...), Installed: installed, Beside: pluginhost.Beside(executable),
		Rehash: os.Getenv("CI") != "", CacheDir: userDir("XDG_CACHE_HOME", ".cache"), RuntimeDir: os.Getenv("XDG_RUNTIME_DIR"),
		Authorities: user.config.Authorities, Project: root, LookupEnv: os.LookupEnv, Mask: mask,
	}), nil
}

// allowances are what the user's configuration allows to providers.
func (a *authority) allowances() pluginhost.Allowances {
	all := pluginhost.Allowances{}
	for _, one := range a.config.Allow {
		if all[one.Kind] == nil {
			all[one.Kind] = map[string][]string{}
		}
		for name, texts := range one.Texts {
			all[one.Kind][name] = append(all[one.Kind][name], texts...)
		}
	}
	return all
}

// sandboxMin is the lowest tier of the sandbox in which plugins may run, and whether
// the user said so, on the command line or in their own configuration.
func sandboxMin(c *cli.Context, user *authority) (lowest sandbox.Tier, said bool, err error) {
	text := c.String(flagSandboxMin)
	if text == "" {
		text = user.config.SandboxMin
	}
	if text == "" {
		return sandbox.T0, false, nil
	}
	if lowest, err = sandbox.ParseTier(text); err != nil {
		return lowest, false, fail(exitError, fmt.Sprintf("--%s: %v", flagSandboxMin, err))
	}
	return lowest, true, nil
}

func absoluteDirs(named []string) ([]string, error) {
	var dirs []string
	for _, dir := range named {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
			return nil, fail(exitError, fmt.Sprintf("--plugin-dir %s is not a directory", dir))
		}
		dirs = append(dirs, absolute)
	}
	return dirs, nil
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

// stateDir is where sz keeps what is of this user and no cache; empty for none.
func stateDir() string { return userDir("XDG_STATE_HOME", ".local/state") }

// progressTo shows a person at a terminal how far a write is; elsewhere it is nil.
func progressTo(c *cli.Context) func(string, pluginhost.Progress) {
	stderr, isFile := fileOf(c.App.ErrWriter)
	if !isFile || !ui.Terminal(stderr) {
		return nil
	}
	out := ui.New(c.App.Writer, c.App.ErrWriter, false, true)
	return func(address string, p pluginhost.Progress) { out.Progress(address, p.Doing, p.Done, p.Total) }
}
