package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginlock"
	"github.com/secretzero/sz/core/pluginstore"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/trust"
)

// trustVariable is the flag --trust for a CI job's own settings.
const trustVariable = "SZ_TRUST"

// systemConfig is where a machine's administrator configures sz.
const systemConfig = "/etc/sz"

// authority is what this user allows: their configuration, what they approved
// before, and the command line. Nothing of a project is in it.
type authority struct {
	config  trust.Config
	store   trust.Store
	digests []string // of reaches that are approved as a whole
	dev     []pluginhost.Candidate
	// What the project pins narrows what is chosen among installed plugins.
	lock   pluginlock.File
	locked bool                   // the project pins its plugins
	only   *pluginstore.Installed // the one plugin to look at; nil for all
}

// newAuthority reads what the user allows to the project in root. Places of the
// user's own that lie in the project are refused: the project could fill them.
func newAuthority(c *cli.Context, root string) (*authority, error) {
	root, err := realDir(root)
	if err != nil {
		return nil, fail(exitError, err.Error())
	}
	for _, place := range []struct{ variable, fallback string }{
		{"XDG_CONFIG_HOME", ".config"}, {"XDG_DATA_HOME", ".local/share"}, {"XDG_STATE_HOME", ".local/state"}, {"XDG_CACHE_HOME", ".cache"},
	} {
		dir := userDir(place.variable, place.fallback)
		if dir == "" {
			continue
		}
		if err := outside(root, filepath.Join(dir, "sz"), place.variable); err != nil {
			return nil, fail(exitPolicy, err.Error())
		}
	}
	a := &authority{}
	var dirs []string
	if runtime.GOOS != "windows" {
		dirs = append(dirs, systemConfig)
	}
	if home := userDir("XDG_CONFIG_HOME", ".config"); home != "" {
		dirs = append(dirs, filepath.Join(home, "sz"))
	}
	if a.config, err = trust.LoadConfig(dirs...); err != nil {
		return nil, fail(exitError, err.Error())
	}
	if err := a.checkFiles(root); err != nil {
		return nil, err
	}
	if state := stateDir(); state != "" {
		a.store = trust.OpenStore(filepath.Join(state, "sz"))
	}
	a.digests = slices.Concat(c.StringSlice(flagTrust), strings.FieldsFunc(os.Getenv(trustVariable), func(r rune) bool { return r == ',' || r == ' ' }), a.config.Trust)
	for _, digest := range a.digests {
		if !trust.IsDigest(digest) {
			return nil, fail(exitError, fmt.Sprintf("--trust and %s take sha256: and 64 hexadecimal digits, as sz prints them, not %q", trustVariable, digest))
		}
	}
	if a.lock, a.locked, err = readPluginLock(root); err != nil {
		return nil, fail(exitPolicy, err.Error())
	}
	a.dev, err = devPlugins(c, a.config.DevPlugins)
	return a, err
}

// checkFiles refuses files that the configuration names and others could change, and a
// place for the record of applies in the project, which could cut it there.
func (a *authority) checkFiles(root string) error {
	for _, name := range slices.Concat(a.config.Authorities, a.config.Policies) {
		if err := trust.Owned(name); err != nil {
			return fail(exitPolicy, trust.ConfigName+": "+err.Error())
		}
	}
	if err := outside(root, a.config.AuditDir, "audit_dir in "+trust.ConfigName); err != nil {
		return fail(exitPolicy, err.Error())
	}
	return nil
}

// policies are those of the configuration.
func (a *authority) policies() ([]secretfile.Policy, error) {
	var all []secretfile.Policy
	for _, name := range a.config.Policies {
		file, err := os.Open(name)
		if err != nil {
			return nil, fail(exitPolicy, "policies of "+trust.ConfigName+": "+err.Error())
		}
		text, err := readRegular(file, name)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fail(exitPolicy, "policies of "+trust.ConfigName+": "+err.Error())
		}
		policies, found := secretfile.LoadPolicies(name, text)
		if found.HasErrors() {
			return nil, &exit{code: exitPolicy, text: "the policies of " + trust.ConfigName + " cannot be read", found: found}
		}
		all = append(all, policies...)
	}
	return all, nil
}

// realDir is a directory without links on the way.
func realDir(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// outside refuses a place of the user's own that lies in the project.
func outside(root, place, variable string) error {
	if place == "" {
		return nil
	}
	// The place itself need not be there yet: what is there of the way to it counts.
	existing, rest := place, ""
	for {
		resolved, err := filepath.EvalSymlinks(existing)
		if err == nil {
			place = filepath.Join(resolved, rest)
			break
		}
		parent := filepath.Dir(existing)
		if parent == existing {
			break
		}
		existing, rest = parent, filepath.Join(filepath.Base(existing), rest)
	}
	if inside, err := filepath.Rel(root, place); err == nil && filepath.IsLocal(inside) {
		return fmt.Errorf("%s lies in the project %s, which could approve itself there; set %s to a directory outside of it", place, root, variable)
	}
	return nil
}

// devPlugins are the plugins under development that the user names.
func devPlugins(c *cli.Context, configured map[string]string) ([]pluginhost.Candidate, error) {
	paths := maps.Clone(configured)
	for _, text := range c.StringSlice(flagPluginDev) {
		name, path, ok := strings.Cut(text, "=")
		if !ok || name == "" || path == "" {
			return nil, fail(exitError, fmt.Sprintf("--plugin-dev takes NAME=PATH or NAME=@FILE, not %q", text))
		}
		if paths == nil {
			paths = map[string]string{}
		}
		paths[name] = path
	}
	var dev []pluginhost.Candidate
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		file, attaches := strings.CutPrefix(paths[name], "@")
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		if attaches {
			candidate, err := pluginhost.Attachable(name, path)
			if err != nil {
				return nil, fail(exitError, fmt.Sprintf("--plugin-dev %s=@%s: %v", name, file, err))
			}
			dev = append(dev, candidate)
			continue
		}
		if !pluginhost.IsName(name) || !pluginhost.IsExecutable(path) {
			return nil, fail(exitError, fmt.Sprintf("--plugin-dev %s=%s: there is no such name, or no program at that path", name, paths[name]))
		}
		dev = append(dev, pluginhost.Candidate{Name: name, Path: path, Dev: true})
	}
	if len(dev) > 0 && os.Getenv("CI") != "" && !c.Bool(flagPluginDevCI) {
		return nil, fail(exitPolicy, "plugins under development are refused in CI, where nobody looks: install a release, or say --plugin-dev-in-ci")
	}
	return dev, nil
}
