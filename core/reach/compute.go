package reach

import (
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
)

// Plugin is a plugin that the project uses.
type Plugin struct {
	Name, Version string
	Hash          string // SHA-256 of its binary, in hex
	Signer        string // the key of its release; empty when nobody signed it
	FirstParty    bool   // it was built together with this sz
	Dev           bool   // the user named its file on the command line
	// Newer is the version that this user had of the same signer, when it is newer.
	Newer string
	// Interpreter is the program of this machine that runs it; empty for none.
	Interpreter string
}

// Provider is one provider instance that the project uses.
type Provider struct {
	plan.Provider
	Plugin Plugin
	// Asked is what it asks for with what this project configures; Named is the part
	// of it that comes out of the Secretfile's own text.
	Asked, Named grant.Set
	// Env are the variables that it asks for by itself, in any configuration.
	Env    []string
	Config schema.Object
	Target func(kind string) schema.Object
	// Allows reports that the user's own configuration allows a text of a setting: then
	// it is standard. Nil allows nothing.
	Allows func(setting, text string) bool
}

// Input is what a reach is computed from.
type Input struct {
	File       *secretfile.File
	Desired    plan.Desired
	Providers  []Provider
	Generators []Plugin // those that make a value of the project
	// Hosts and Tenants are what the user's own configuration takes for standard: see
	// core/trust.
	Hosts, Tenants []string
}

// Of computes the reach of a project, and what each provider instance may touch, by
// its alias, once the reach is approved.
func Of(in Input) (Reach, map[string]grant.Set) {
	c := &computer{Input: in, granted: map[string]grant.Set{}}
	for _, g := range in.Generators {
		c.plugin(g, diag.Range{})
	}
	for _, p := range in.Providers {
		c.plugin(p.Plugin, p.Range)
		c.grants(p)
		c.config(p)
	}
	c.targets()
	c.secrets()
	c.project()
	return normal(c.lines), c.granted
}

type computer struct {
	Input
	lines   []Line
	granted map[string]grant.Set
}

func (c *computer) add(at diag.Range, format string, args ...any) {
	c.lines = append(c.lines, Line{Text: diag.OneLine(fmt.Sprintf(format, args...)), Range: at})
}

// OfPlugin is the reach that a plugin has by itself, whatever a project configures.
func OfPlugin(p Plugin, literal grant.Set) Reach {
	c := &computer{}
	c.plugin(p, diag.Range{})
	c.permissions(p, literal, diag.Range{})
	return normal(c.lines)
}

// permissions are the lines of what a plugin that is not ours may touch.
func (c *computer) permissions(p Plugin, set grant.Set, at diag.Range) {
	for _, line := range set.Lines() {
		c.add(at, "plugin %s: %s", p.Name, line)
	}
}

// plugin is the line of a plugin that is not ours. Who signed it and what it is are
// in it, so that another build of it is another line.
func (c *computer) plugin(p Plugin, at diag.Range) {
	if p.Newer != "" {
		c.add(at, "plugin %s %s is older than %s, which was here before", p.Name, p.Version, p.Newer)
	}
	runBy := ""
	if p.Interpreter != "" {
		runBy = ", run by " + p.Interpreter
	}
	switch {
	case p.FirstParty || p.Dev:
	case p.Signer == "":
		c.add(at, "plugin %s %s, unsigned, sha256:%s%s", p.Name, p.Version, p.Hash, runBy)
	default:
		c.add(at, "plugin %s %s, signed by %s, sha256:%s%s", p.Name, p.Version, p.Signer, p.Hash, runBy)
	}
}

// grants are the lines of what a provider's process may touch. Of ours, a host that
// is not of its service is one only where the Secretfile says that it is meant; else
// it is a mistake, which the plugin tells of and which is not granted.
func (c *computer) grants(p Provider) {
	c.granted[p.Alias] = p.Asked
	if !p.Plugin.FirstParty {
		c.permissions(p.Plugin, p.Asked, p.Range)
		return
	}
	var mistakes grant.Set
	for _, endpoint := range p.Named.Network {
		switch {
		case c.knownHost(p.Kind, endpoint):
		case c.customEndpoint(p):
			c.add(p.Range, "plugin %s: network %s", p.Plugin.Name, endpoint)
		default:
			mistakes = mistakes.With(grant.Network, endpoint)
		}
	}
	c.granted[p.Alias] = p.Asked.Missing(mistakes)
}

// customEndpoint reports a provider that is configured, or has a target that is, to
// speak to another host than those of its service.
func (c *computer) customEndpoint(p Provider) bool {
	const key = "custom_endpoint"
	if p.Source.Get(key).Schema().Bool() {
		return true
	}
	for _, s := range c.Desired.Secrets {
		for _, t := range s.Places() {
			if t.Provider == p.Alias && t.Source.Get(key).Schema().Bool() {
				return true
			}
		}
	}
	return false
}

// config are the lines of how a provider is configured: settings that are no
// standard, and environment that is given to it.
func (c *computer) config(p Provider) {
	each(p.Source, nil, func(path schema.Path, v secretfile.Value) {
		key := settingOf(path)
		at, name := v.Range(), fmt.Sprintf("provider %s: %s", p.Alias, pathText(path))
		for _, variable := range v.EnvNames() {
			if !contains(p.Env, variable) {
				c.add(at, "%s is given environment variable %s", name, variable)
			}
		}
		if !p.Plugin.FirstParty || len(v.EnvNames()) > 0 || standardSetting(p.Kind, key) || c.knownTenant(key, v) || p.allows(key, v) {
			return
		}
		if sensitive(p.Config, path) {
			c.add(at, "%s is written in the Secretfile", name)
			return
		}
		c.add(at, "%s = %s", name, quoted(v))
	})
}

// allows reports a setting whose text the user's own configuration allows.
func (p Provider) allows(key string, v secretfile.Value) bool {
	return p.Allows != nil && p.Allows(key, strings.Join(texts(v.Schema()), ""))
}

// targets are the lines of environment that becomes part of an address. The language
// refuses what looks like a secret there.
func (c *computer) targets() {
	objects := map[string]Provider{}
	for _, p := range c.Providers {
		objects[p.Alias] = p
	}
	for _, s := range c.Desired.Secrets {
		for _, t := range s.Places() {
			p, ok := objects[t.Provider]
			if !ok {
				continue
			}
			object := p.Target(t.Address.Kind)
			for _, f := range t.Source.Fields() {
				attribute, known := object.Attribute(f.Name)
				place := known && (attribute.Identity || f.Name == "tags")
				for _, variable := range f.Value.EnvNames() {
					if place {
						c.add(f.Value.Range(), "target %s: %s has environment variable %s in it", t.Address.Kind, f.Name, variable)
					}
				}
			}
		}
	}
}

func (c *computer) project() {
	v := c.File.Metadata.All.Get("project")
	for _, variable := range v.EnvNames() {
		c.add(v.Range(), "metadata.project has environment variable %s in it", variable)
	}
}

// secrets are the lines of commands that are run and of values that others made.
func (c *computer) secrets() {
	for _, s := range c.Desired.Secrets {
		if s.Source != nil && s.Source.Kind == secretfile.SourceRead {
			c.add(s.Source.KindRange, "secret %s is read from provider %s", s.Name, quoted(s.Source.Config.Get("provider")))
		}
		for _, p := range s.Parts {
			if p.Kind == secretfile.KindScript && p.MayBeGenerated() {
				c.script(s.Name, p)
			}
		}
	}
}
