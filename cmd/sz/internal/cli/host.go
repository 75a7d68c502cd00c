package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/redact"
)

// newHost makes a host for plugins that get no secrets.
func newHost(c *cli.Context, root string) (*pluginhost.Host, error) {
	return newHostMasking(c, root, &redact.Masker{})
}

func newHostMasking(c *cli.Context, root string, mask *redact.Masker) (*pluginhost.Host, error) {
	dirs, err := pluginDirs(c.StringSlice(flagPluginDir))
	if err != nil {
		return nil, err
	}
	return pluginhost.New(pluginhost.Options{
		Dirs: dirs, CacheDir: userDir("XDG_CACHE_HOME", ".cache"), RuntimeDir: os.Getenv("XDG_RUNTIME_DIR"),
		Project: root, LookupEnv: os.LookupEnv, Mask: mask,
	}), nil
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

// stateDir is where sz keeps what is of this user and no cache; empty for none.
func stateDir() string { return userDir("XDG_STATE_HOME", ".local/state") }
