package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginlock"
)

func pluginVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "hash all plugins anew, and compare them with what was signed, installed and locked",
		UsageText: "sz plugin verify",
		Description: "Every binary is read in full. Those of the store must be what their directory\n" +
			"and their signed manifest say; those that sz.lock.hcl of this directory pins,\n" +
			"what stands there.\n\n" +
			"Exit status: 0 all are as they should be, 5 one is not.",
		Flags:  pluginFlags(),
		Action: pluginVerify,
	}
}

func pluginVerify(c *cli.Context) error {
	out := plainUI(c)
	user, err := newAuthority(c, ".")
	if err != nil {
		return err
	}
	store, err := pluginStore()
	if err != nil {
		return err
	}
	installed, damaged := store.List()
	plugins, err := allPlugins(c)
	if err != nil {
		return err
	}
	var wrong []error
	if damaged != nil {
		wrong = append(wrong, damaged)
	}
	for _, i := range installed {
		hash, err := pluginhost.HashFile(i.Path)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("plugin %s: %w", i.Name, err))
		case hash != i.Hash:
			wrong = append(wrong, fmt.Errorf("plugin %s (%s) was changed since it was installed: it has sha256:%s now", i.Name, i.Path, hash))
		case i.Manifest != nil && !user.knows(i.Name, i.Manifest.Signer):
			wrong = append(wrong, fmt.Errorf("plugin %s is signed by %s, which is not known for it", i.Name, i.Manifest.Signer))
		}
	}
	for _, p := range plugins {
		if pin, pinned := user.lock.Plugin(p.Candidate.Name); pinned {
			wrong = append(wrong, differences(pin, p)...)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return fail(exitPolicy, err.Error())
	}
	for _, p := range plugins {
		out.Print(fmt.Sprintf("%s %s: %s, sha256:%s\n", p.Candidate.Name, p.Version, origin(p), p.Hash))
	}
	return nil
}

// knows reports whether a key is one that this user accepted for a plugin.
func (a *authority) knows(name, key string) bool {
	known, err := a.store.Known(name)
	return err == nil && known.Signer == key || slices.Contains(a.config.Signers[name], key)
}

// readPluginLock reads the plugins that the project in a directory pins.
func readPluginLock(dir string) (pluginlock.File, bool, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return pluginlock.File{}, false, err
	}
	defer root.Close()
	return pluginlock.Read(root)
}
