// Package pluginlock is sz.lock.hcl, beside the Secretfile and committed with it:
// which plugins a project was made with, in which version and with which hashes, and
// what they may touch at most. It is a request and a record: it can narrow what a
// user allows (core/trust), and never widen it.
//
// It is read strictly and written in one form. Next: cmd/sz/internal/cli, whose init
// writes it and whose other commands hold plugins to it.
package pluginlock

import (
	"errors"
	"fmt"
	"slices"

	"github.com/secretzero/sz/internal/regex"
)

// Name is the name of the file.
const Name = "sz.lock.hcl"

// File is what a lock file holds, sorted by name.
type File struct {
	Plugins []Plugin `hcl:"plugin,block"`
}

// Plugin is one plugin as it was when it was locked.
type Plugin struct {
	Name     string `hcl:"name,label"`
	Version  string `hcl:"version"`
	Protocol int    `hcl:"protocol"`
	// Hashes are those of its binary, sha256: and 64 digits, by GOOS_GOARCH.
	Hashes map[string]string `hcl:"hashes"`
	// Signer is the key of its release; empty for a plugin that comes with sz or that
	// nobody signed.
	Signer string `hcl:"signer,optional"`
	// Description is the digest of what it says of itself.
	Description string `hcl:"description"`
	Grants      Grants `hcl:"grants,block"`
}

// Grants are what a plugin may serve and ask for, in the words in which it asks:
// references into configuration are not resolved, so that a new vault in the
// Secretfile changes nothing here.
type Grants struct {
	Serves      []string `hcl:"serves,optional"`
	Network     []string `hcl:"network,optional"`
	NetworkFrom []string `hcl:"network_from,optional"`
	Env         []string `hcl:"env,optional"`
	Read        []string `hcl:"read,optional"`
	ReadFrom    []string `hcl:"read_from,optional"`
	WriteFrom   []string `hcl:"write_from,optional"`
	Exec        []string `hcl:"exec,optional"`
	Identity    []string `hcl:"identity,optional"`
}

// field is one list of grants with its key.
type field struct {
	key  string
	list *[]string
}

func (g *Grants) fields() []field {
	return []field{
		{"serves", &g.Serves}, {"network", &g.Network}, {"network_from", &g.NetworkFrom}, {"env", &g.Env},
		{"read", &g.Read}, {"read_from", &g.ReadFrom}, {"write_from", &g.WriteFrom}, {"exec", &g.Exec}, {"identity", &g.Identity},
	}
}

// Add adds one item under a key of the file. A key that there is not is an error.
func (g *Grants) Add(key, item string) error {
	for _, f := range g.fields() {
		if f.key == key {
			*f.list = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(*f.list), item))))
			return nil
		}
	}
	return fmt.Errorf("there is no grant %q", key)
}

// Missing are the lines, KEY ITEM, of what g holds and granted does not.
func (g Grants) Missing(granted Grants) []string {
	var lines []string
	have := granted.fields()
	for i, f := range g.fields() {
		for _, item := range *f.list {
			if !slices.Contains(*have[i].list, item) {
				lines = append(lines, f.key+" "+item)
			}
		}
	}
	return lines
}

// Plugin finds a plugin by name.
func (f File) Plugin(name string) (Plugin, bool) {
	for _, p := range f.Plugins {
		if p.Name == name {
			return p, true
		}
	}
	return Plugin{}, false
}

// With is the file with a plugin in place of the one of its name. Hashes of other
// platforms are kept when it is the same version of the same signer.
func (f File) With(p Plugin) File {
	out := File{}
	for _, other := range f.Plugins {
		if other.Name != p.Name {
			out.Plugins = append(out.Plugins, other)
			continue
		}
		if other.Version == p.Version && other.Signer == p.Signer && other.Description == p.Description {
			for platform, hash := range other.Hashes {
				if _, known := p.Hashes[platform]; !known {
					p.Hashes[platform] = hash
				}
			}
		}
	}
	out.Plugins = append(out.Plugins, p)
	slices.SortFunc(out.Plugins, func(a, b Plugin) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

var (
	nameRule     = regex.Of(`^[a-z][a-z0-9-]{0,62}$`)
	hashRule     = regex.Of(`^sha256:[0-9a-f]{64}$`)
	platformRule = regex.Of(`^[a-z0-9]{1,16}_[a-z0-9]{1,16}$`)
)

func (f File) check() error {
	var found []error
	wrong := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	seen := map[string]bool{}
	for _, p := range f.Plugins {
		switch {
		case !nameRule.MatchString(p.Name):
			wrong("%q is no name of a plugin", p.Name)
		case seen[p.Name]:
			wrong("plugin %q stands twice", p.Name)
		case !hashRule.MatchString(p.Description):
			wrong("description of plugin %q is not sha256: and 64 digits", p.Name)
		}
		seen[p.Name] = true
		for platform, hash := range p.Hashes {
			if !platformRule.MatchString(platform) || !hashRule.MatchString(hash) {
				wrong("hashes of plugin %q has %q = %q; want GOOS_GOARCH and sha256: and 64 digits", p.Name, platform, hash)
			}
		}
	}
	return errors.Join(found...)
}
