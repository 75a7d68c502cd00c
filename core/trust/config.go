// Package trust is the user's own word on what sz may do: a configuration outside of
// every project, and approvals that this user gave. Nothing that lies in a project
// is read here, and nothing here can be changed by one.
//
// Next: core/reach, which computes what a project asks for.
package trust

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/hclfile"
	"github.com/secretzero/sz/internal/regex"
)

// Config is what /etc/sz/config.hcl and the user's own config.hcl say. The zero
// Config says nothing.
type Config struct {
	// Signers are the keys whose releases of a plugin are known, by its name.
	Signers map[string][]string `hcl:"signers,optional"`
	// PluginDirs are absolute directories in which plugins are looked for first.
	PluginDirs []string `hcl:"plugin_dirs,optional"`
	// DevPlugins are binaries under development, by the name of the plugin: see the
	// flag --plugin-dev.
	DevPlugins map[string]string `hcl:"dev_plugins,optional"`
	// SandboxMin is the lowest tier in which a plugin may run, T0 to T3; empty means
	// that nothing is said.
	SandboxMin string `hcl:"sandbox_min,optional"`
	// Hosts may be spoken to by our own plugins beside those of the services that they
	// are made for: host or host:port, where a leading *. stands for one label.
	Hosts []string `hcl:"hosts,optional"`
	// Tenants are those that projects may name, as GUIDs; * means any.
	Tenants []string `hcl:"tenants,optional"`
	// Trust are digests of what a project asks for that are approved as a whole, as
	// the flag --trust takes them.
	Trust []string `hcl:"trust,optional"`
	// AuditDir is the absolute directory in which what applies did is recorded; empty
	// means the user's own state. What the system says counts.
	AuditDir string `hcl:"audit_dir,optional"`
	// Authorities are absolute names of files, in PEM, with certificates that plugins
	// trust beside those of the system.
	Authorities []string `hcl:"authorities,optional"`
	// Policies are absolute names of files with policies, as a Secretfile has them, which
	// hold for every project beside its own.
	Policies []string `hcl:"policies,optional"`
	// Allow are what providers may do that a project may wish for and never allow.
	Allow []Allow `hcl:"allow,block"`
}

// Allow is what the user allows to providers of a kind, in the plugin's own words.
type Allow struct {
	Kind string             `hcl:"kind,label"`
	Body hclfile.Attributes `hcl:",remain"`
	// Texts are what is allowed, by its name: the text true for what is allowed or not.
	Texts map[string][]string
}

// ConfigName is the name of a configuration in its directory.
const ConfigName = "config.hcl"

// LoadConfig reads the configurations of directories, the system's first. Lists come
// together, and of two lowest tiers the higher counts. A file that others than its
// owner can change is refused.
func LoadConfig(dirs ...string) (Config, error) {
	var all Config
	for _, dir := range dirs {
		one, err := loadOne(dir)
		if hclfile.IsMissing(err) {
			continue
		}
		if err != nil {
			return Config{}, fmt.Errorf("configuration in %s: %w", dir, err)
		}
		all = all.with(one)
	}
	return all, nil
}

func loadOne(dir string) (Config, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Config{}, err
	}
	defer root.Close()
	if _, err := root.Lstat(ConfigName); err != nil {
		return Config{}, err
	}
	if err := Owned(filepath.Join(dir, ConfigName)); err != nil {
		return Config{}, err
	}
	var c Config
	if err := hclfile.Read(root, ConfigName, &c); err != nil {
		return Config{}, err
	}
	for i := range c.Allow {
		if c.Allow[i].Texts, err = hclfile.Texts(c.Allow[i].Body); err != nil {
			return Config{}, err
		}
	}
	return c, c.check()
}

var (
	tierRule   = regex.Of(`^T[0-3]$`)
	hostRule   = regex.Of(`^(\*\.)?[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?$`)
	tenantRule = regex.Of(`^(\*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	digestRule = regex.Of(`^sha256:[0-9a-f]{64}$`)
)

// IsDigest reports a text that could be the digest of a reach.
func IsDigest(text string) bool { return digestRule.MatchString(text) }

func (c Config) check() error {
	var found []error
	wrong := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	if c.SandboxMin != "" && !tierRule.MatchString(c.SandboxMin) {
		wrong("sandbox_min is T0, T1, T2 or T3, not %q", c.SandboxMin)
	}
	for _, path := range slices.Concat(c.PluginDirs, slices.Sorted(maps.Values(c.DevPlugins)), c.Authorities, c.Policies, []string{c.AuditDir}) {
		if path != "" && !filepath.IsAbs(path) {
			wrong("%q is no absolute path", path)
		}
	}
	for _, host := range c.Hosts {
		if !hostRule.MatchString(host) {
			wrong("hosts has %q, which is no host, host:port or *.domain in lower case", host)
		}
	}
	for _, tenant := range c.Tenants {
		if !tenantRule.MatchString(tenant) {
			wrong("tenants has %q, which is no GUID in lower case and not *", tenant)
		}
	}
	for _, digest := range c.Trust {
		if !IsDigest(digest) {
			wrong("trust has %q, which is not sha256: and 64 digits", digest)
		}
	}
	return errors.Join(found...)
}

func (c Config) with(o Config) Config {
	c.PluginDirs = slices.Concat(o.PluginDirs, c.PluginDirs) // the user's first
	c.Hosts = slices.Concat(c.Hosts, o.Hosts)
	c.Tenants = slices.Concat(c.Tenants, o.Tenants)
	c.Trust = slices.Concat(c.Trust, o.Trust)
	c.Allow = slices.Concat(c.Allow, o.Allow)
	c.Authorities = slices.Concat(c.Authorities, o.Authorities)
	c.Policies = slices.Concat(c.Policies, o.Policies)
	if c.AuditDir == "" {
		c.AuditDir = o.AuditDir
	}
	if strings.Compare(o.SandboxMin, c.SandboxMin) > 0 {
		c.SandboxMin = o.SandboxMin
	}
	signers, dev := map[string][]string{}, map[string]string{}
	for _, from := range []Config{c, o} {
		for name, keys := range from.Signers {
			signers[name] = append(signers[name], keys...)
		}
		maps.Copy(dev, from.DevPlugins)
	}
	c.Signers, c.DevPlugins = signers, dev
	return c
}
