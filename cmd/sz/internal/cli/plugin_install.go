package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/manifest"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginstore"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/trust"
)

const (
	flagSigner    = "signer"
	flagHash      = "hash"
	flagDowngrade = "allow-downgrade"
)

func pluginInstallCommand() *cli.Command {
	return &cli.Command{
		Name:      "install",
		Usage:     "install a plugin from a signed release, or a binary that nobody signed",
		UsageText: "sz plugin install [--signer KEY] MANIFEST\n   sz plugin install [--hash sha256:…] BINARY",
		ArgsUsage: "PATH|URL",
		Description: "MANIFEST is the path or the https address of a release's NAME.json, with its\n" +
			"signature and its binaries beside it. Whose key signed it is asked the first\n" +
			"time and remembered; another key is an error. BINARY is a file sz-plugin-NAME of\n" +
			"this machine. Nothing of either is run to install it, but that a binary without\n" +
			"a manifest is asked, confined, what it serves.\n\n" +
			"Where nobody can be asked, name the key or the hash, or put the key into\n" +
			"signers of your own configuration. What an installed plugin may do in a project\n" +
			"is asked there.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: flagSigner, Usage: "the release is signed by `KEY`, as its author publishes it"},
			&cli.StringFlag{Name: flagHash, Usage: "the binary has `HASH`, sha256: and 64 digits"},
			&cli.BoolFlag{Name: flagDowngrade, Usage: "install also an older version than was installed before"},
		},
		Action: pluginInstall,
	}
}

func pluginInstall(c *cli.Context) error {
	where, err := onlyArgument(c, "the path or address of a manifest, or the path of a binary")
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
	if !pluginstore.IsRemote(where) && !strings.HasSuffix(where, ".json") {
		return installBinary(c, user, store, where)
	}
	return installRelease(c, user, store, where)
}

// pluginStore is where this user's plugins are installed.
func pluginStore() (pluginstore.Store, error) {
	data := userDir("XDG_DATA_HOME", ".local/share")
	if data == "" {
		return pluginstore.Store{}, fail(exitError, "there is no directory to install plugins in; set HOME or XDG_DATA_HOME")
	}
	return pluginstore.Open(filepath.Join(data, "sz", "plugins")), nil
}

func installRelease(c *cli.Context, user *authority, store pluginstore.Store, where string) error {
	release, err := pluginstore.Fetch(c.Context, where)
	if err != nil {
		return fail(exitPolicy, "nothing was installed: "+err.Error())
	}
	m := release.Manifest
	if err := checkRelease(m); err != nil {
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s %s: %v", m.Name, m.Version, err))
	}
	known, err := user.store.Known(m.Name)
	if err != nil {
		return fail(exitError, err.Error())
	}
	if err := acceptSigner(c, user, known, m); err != nil {
		return err
	}
	if older := pluginstore.CompareVersions(m.Version, known.Version) < 0; older && !c.Bool(flagDowngrade) {
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s %s is older than %s, which was here before; an old release may have faults that were mended since. Say --%s to install it", m.Name, m.Version, known.Version, flagDowngrade))
	}
	installed, err := store.Install(c.Context, release)
	if err != nil {
		return fail(exitPolicy, "nothing was installed: "+err.Error())
	}
	if pluginstore.CompareVersions(m.Version, known.Version) > 0 || known.Signer != m.Signer {
		if err := user.store.Remember(m.Name, trust.Known{Signer: m.Signer, Version: m.Version}); err != nil {
			plainUI(c).Info("warning: the key of plugin %s is not remembered: %v", m.Name, err)
		}
	}
	plainUI(c).Print(fmt.Sprintf("installed plugin %s %s, signed by %s\n  sha256:%s\n", m.Name, m.Version, m.Signer, installed.Hash))
	return nil
}

// checkRelease refuses a release that says one thing to people and another to sz.
func checkRelease(m manifest.Manifest) error {
	if pluginhost.IsReserved(m.Name) {
		return errors.New("the name is reserved for a plugin that comes with sz")
	}
	if m.Protocol != pluginhost.Protocol {
		return fmt.Errorf("it speaks protocol %d, and this sz protocol %d; update the older of the two", m.Protocol, pluginhost.Protocol)
	}
	d, err := pluginhost.DecodeDescription(m.Name, m.Description)
	if err != nil {
		return err
	}
	if d.Version != m.Version {
		return fmt.Errorf("it describes itself as version %s", diag.OneLine(d.Version))
	}
	if !slices.Equal(requestLines(d), m.Requests) {
		return errors.New("what its manifest says that it asks for is not what its description asks for")
	}
	return nil
}

func requestLines(d pluginhost.Description) []string {
	lines := []string{}
	for _, r := range pluginhost.Requests(d) {
		lines = append(lines, r.String())
	}
	return lines
}

// acceptSigner makes sure that the key of a release is one that this user knows, or
// that they take it now for that of the plugin's author.
func acceptSigner(c *cli.Context, user *authority, known trust.Known, m manifest.Manifest) error {
	if stated := c.String(flagSigner); stated != "" {
		key, err := manifest.ParseKey(stated)
		if err != nil {
			return fail(exitError, "--signer: "+err.Error())
		}
		if string(key) != m.Signer {
			return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s is signed by %s, not by %s", m.Name, m.Signer, key))
		}
		return nil
	}
	configured := user.config.Signers[m.Name]
	switch {
	case len(configured) > 0 && !slices.Contains(configured, m.Signer):
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s is signed by %s, and your configuration knows %s", m.Name, m.Signer, strings.Join(configured, ", ")))
	case len(configured) > 0, known.Signer == m.Signer:
		return nil
	case known.Signer != "" && m.Succeeds(manifest.Key(known.Signer)):
		plainUI(c).Info("notice: plugin %s is signed by a new key, which the one before handed it to: %s", m.Name, m.Signer)
		return nil
	case known.Signer != "":
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s is signed by another key than before, and the one before says nothing of it\n  before: %s\n  now:    %s\nAsk its author by another way; --signer takes the new key", m.Name, known.Signer, m.Signer))
	case !interactive(c):
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s is signed by a key that is not known here: %s\nCompare it with the one that its author publishes, and say --signer %s", m.Name, m.Signer, m.Signer))
	}
	out := plainUI(c)
	out.Info("plugin %s %s is signed by\n\n  %s\n\nand asks for", m.Name, m.Version, m.Signer)
	showRequests(out, m.Requests)
	if ask(c, "Is this the key that its author publishes? It is remembered. Only `yes` is taken for yes: ") != "yes" {
		return fail(exitPolicy, "not accepted; nothing was installed")
	}
	return nil
}

func showRequests(out *ui.UI, lines []string) {
	if len(lines) == 0 {
		out.Info("  nothing")
	}
	for _, line := range lines {
		out.Info("  %s", diag.OneLine(line))
	}
}

func installBinary(c *cli.Context, user *authority, store pluginstore.Store, path string) error {
	name, ok := pluginhost.NameOf(filepath.Base(path))
	switch {
	case !ok:
		return fail(exitError, fmt.Sprintf("%s is no manifest, which ends in .json, and no plugin, which is called sz-plugin-NAME", diag.OneLine(path)))
	case pluginhost.IsReserved(name):
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: the name %s is reserved for a plugin that comes with sz", name))
	case c.String(flagHash) != "" && !trust.IsDigest(c.String(flagHash)):
		return fail(exitError, "--hash takes sha256: and 64 hexadecimal digits")
	}
	installed, err := store.InstallUnsigned(c.Context, name, path, func(hash string) error { return acceptBinary(c, name, hash) })
	if err != nil {
		if e, ok := errors.AsType[*exit](err); ok {
			return e
		}
		return fail(exitPolicy, "nothing was installed: "+err.Error())
	}
	served, err := describeInstalled(c, user, installed)
	if err != nil {
		if removed := store.Remove(installed); removed != nil {
			return fail(exitError, removed.Error())
		}
		return fail(exitProvider, "nothing was installed: "+err.Error())
	}
	plainUI(c).Print(fmt.Sprintf("installed plugin %s %s, which nobody signed\n  sha256:%s\n", name, served.Version, installed.Hash))
	return nil
}

// acceptBinary makes sure that the user means exactly this binary.
func acceptBinary(c *cli.Context, name, hash string) error {
	stated := c.String(flagHash)
	switch {
	case stated == "sha256:"+hash:
		return nil
	case stated != "":
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: plugin %s has sha256:%s, not %s", name, hash, stated))
	case !interactive(c):
		return fail(exitPolicy, fmt.Sprintf("nothing was installed: nobody signed plugin %s. If you know that it is the right one, say --hash sha256:%s", name, hash))
	}
	plainUI(c).Info("nobody signed plugin %s\n\n  sha256:%s\n", name, hash)
	if ask(c, "Install exactly this binary? Only `yes` is taken for yes: ") != "yes" {
		return fail(exitPolicy, "not accepted; nothing was installed")
	}
	return nil
}

// describeInstalled asks an installed binary that has no manifest what it serves.
func describeInstalled(c *cli.Context, user *authority, i pluginstore.Installed) (pluginhost.Served, error) {
	host, err := newHost(c, ".", &authority{config: user.config, only: &i}, &redact.Masker{})
	if err != nil {
		return pluginhost.Served{}, err
	}
	defer func() { _ = host.Close() }() // it holds no secret
	catalog, err := host.Catalog(c.Context)
	if catalog != nil {
		for _, s := range catalog.Plugins {
			if s.Path == i.Path {
				return s, nil
			}
		}
	}
	return pluginhost.Served{}, errors.Join(fmt.Errorf("plugin %s does not say what it serves", i.Name), err)
}
