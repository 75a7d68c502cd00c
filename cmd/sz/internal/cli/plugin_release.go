package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/manifest"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginstore"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/sdk/conformance"
)

func pluginReleaseCommand() *cli.Command {
	return &cli.Command{
		Name:      "release",
		Usage:     "make a release of a plugin: binaries, a manifest and its signature",
		UsageText: "sz plugin release --key FILE [--out DIR] [--succeeds FILE] PLATFORM=BINARY…\n   sz plugin release --make-key FILE",
		ArgsUsage: "PLATFORM=BINARY…",
		Description: "PLATFORM is GOOS_GOARCH, such as linux_amd64; one of them is this machine's, whose\n" +
			"binary is asked, confined, what it serves. DIR gets a copy of each binary,\n" +
			"NAME_VERSION.json and its signature, which `sz plugin install` takes from any\n" +
			"directory or https server.\n\n" +
			"The key is one of minisign; --make-key makes one, and FILE.pub, which is what you\n" +
			"publish. --succeeds names your earlier key, when you change it: who knows that\n" +
			"one will accept the new one.",
		Flags: append(keyFlags(),
			&cli.StringFlag{Name: "key", Usage: "sign with the key in `FILE`"},
			&cli.StringFlag{Name: "succeeds", Usage: "the key takes the place of the one in `FILE`"},
			&cli.StringFlag{Name: "out", Value: "dist", Usage: "the `DIR` of the release"},
			&cli.StringFlag{Name: "make-key", Usage: "make a key in `FILE`, and nothing else"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		),
		Action: pluginRelease,
	}
}

func pluginRelease(c *cli.Context) error {
	if path := c.String("make-key"); path != "" {
		return makeKey(c, path)
	}
	if c.String("key") == "" || !c.Args().Present() {
		return fail(exitError, "sz plugin release takes --key FILE and a PLATFORM=BINARY for each platform, such as linux_amd64=sz-plugin-consul")
	}
	binaries, err := platformsOf(c.Args().Slice())
	if err != nil {
		return err
	}
	description, err := describeRelease(c, binaries)
	if err != nil {
		return err
	}
	key, err := readKey(c, c.String("key"))
	if err != nil {
		return err
	}
	m := manifest.Manifest{
		Name: description.Name, Version: description.Version, Protocol: pluginhost.Protocol,
		Date: time.Now().UTC().Truncate(time.Second), Requests: requestLines(description),
	}
	if m.Description, err = pluginhost.EncodeDescription(description); err != nil {
		return err
	}
	if path := c.String("succeeds"); path != "" {
		if m.Succession, err = succession(c, m.Name, path, key); err != nil {
			return err
		}
	}
	out := c.String("out")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if m.Binaries, err = copyBinaries(out, m, binaries); err != nil {
		return err
	}
	text, signature, err := manifest.Sign(m, key)
	if err != nil {
		return fail(exitError, err.Error())
	}
	path := filepath.Join(out, m.Name+"_"+m.Version+".json")
	if err := errors.Join(os.WriteFile(path, text, 0o644), os.WriteFile(path+manifest.Suffix, signature, 0o644)); err != nil {
		return err
	}
	plainUI(c).Print(fmt.Sprintf("released %s %s for %s:\n\n    %s\n\nPublish all of %s, and your public key where people can trust it:\n\n    %s\n",
		m.Name, m.Version, ui.Count(len(m.Binaries), "platform"), path, out, key.Public()))
	return nil
}

// platformBinary is a binary for a platform.
type platformBinary struct{ platform, path string }

func platformsOf(args []string) ([]platformBinary, error) {
	var list []platformBinary
	for _, arg := range args {
		platform, path, ok := strings.Cut(arg, "=")
		if !ok || platform == "" || path == "" {
			return nil, fail(exitError, fmt.Sprintf("%q is not PLATFORM=BINARY, such as linux_amd64=sz-plugin-consul", arg))
		}
		list = append(list, platformBinary{platform, path})
	}
	slices.SortFunc(list, func(a, b platformBinary) int { return strings.Compare(a.platform, b.platform) })
	return list, nil
}

// describeRelease asks the binary for this machine what it serves, and refuses what no
// host would take.
func describeRelease(c *cli.Context, binaries []platformBinary) (pluginhost.Description, error) {
	i := slices.IndexFunc(binaries, func(b platformBinary) bool { return b.platform == pluginstore.Platform() })
	if i < 0 {
		return pluginhost.Description{}, fail(exitError, fmt.Sprintf("there is no binary for %s, this machine's platform, to ask what the plugin serves", pluginstore.Platform()))
	}
	candidate, err := namedPlugin(binaries[i].path)
	if err != nil {
		return pluginhost.Description{}, err
	}
	host, err := newHost(c, ".", &authority{dev: []pluginhost.Candidate{candidate}}, &redact.Masker{})
	if err != nil {
		return pluginhost.Description{}, err
	}
	defer func() { _ = host.Close() }() // it holds no secret and nothing of ours is lost with it
	catalog, err := host.Catalog(c.Context)
	if catalog != nil {
		for _, p := range catalog.Plugins {
			if p.Candidate.Name != candidate.Name {
				continue
			}
			if faults := conformance.Faults(p.Description); len(faults) > 0 {
				return pluginhost.Description{}, fail(exitError, "what the plugin says of itself is not right: "+strings.Join(faults, "; "))
			}
			return p.Description, nil
		}
	}
	return pluginhost.Description{}, fail(exitProvider, fmt.Sprintf("plugin %s cannot be used: %v", candidate.Name, err))
}

// copyBinaries copies binaries into the release under names of their own.
func copyBinaries(out string, m manifest.Manifest, binaries []platformBinary) ([]manifest.Binary, error) {
	var list []manifest.Binary
	for _, b := range binaries {
		name := fmt.Sprintf("sz-plugin-%s_%s_%s", m.Name, m.Version, b.platform)
		to := filepath.Join(out, name)
		if err := copyFile(b.path, to); err != nil {
			return nil, fail(exitError, err.Error())
		}
		hash, err := pluginhost.HashFile(to)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(to)
		if err != nil {
			return nil, err
		}
		list = append(list, manifest.Binary{Platform: b.platform, File: name, Size: info.Size(), SHA256: hash})
	}
	return list, nil
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	copied, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, source)
	return errors.Join(err, copied.Close())
}
