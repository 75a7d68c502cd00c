package cli

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/observe"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginstore"
	"github.com/secretzero/sz/core/reach"
	"github.com/secretzero/sz/core/trust"
	"github.com/secretzero/sz/sdk/schema"
)

// authorize makes sure that the user allows what the project asks for, before any
// plugin gets a credential or opens a connection. What is standard needs no word.
func (p *project) authorize(c *cli.Context) error {
	if err := p.checkPins(); err != nil {
		return err
	}
	whole, granted := reach.Of(p.reachInput())
	p.banner()
	p.unknownAllowances()
	if !slices.Contains(p.user.digests, whole.Digest()) {
		if err := p.approveReach(c, whole); err != nil {
			return err
		}
	}
	p.granted = granted
	return nil
}

// approveReach asks for what nobody approved yet, where there is somebody to ask.
func (p *project) approveReach(c *cli.Context, whole reach.Reach) error {
	if len(whole) == 0 {
		return nil
	}
	root, err := realDir(p.root)
	if err != nil {
		return fail(exitError, err.Error())
	}
	approved, err := p.user.store.Approved(root)
	if err != nil {
		return fail(exitError, err.Error())
	}
	open := whole.Without(approved)
	if len(open) == 0 {
		return nil
	}
	asked, things := asks(open), ui.Count(len(open), "thing")
	if c.Bool(flagJSON) || !interactive(c) {
		if !c.Bool(flagJSON) {
			p.ui.Diagnostics(asked, p.sources())
			asked = nil
		}
		return &exit{code: exitPolicy, found: asked, text: fmt.Sprintf(
			"this project asks for %s beyond the standard that nobody approved; nothing was started. Approve it at a terminal, or allow exactly this with:\n  --trust %s", things, whole.Digest())}
	}
	p.ui.Diagnostics(asked, p.sources())
	if ask(c, fmt.Sprintf("Allow the project in %s %s? Only `yes` is taken for yes: ", diag.OneLine(root), things)) != "yes" {
		return fail(exitPolicy, "not approved; nothing was started")
	}
	if err := p.user.store.Approve(root, whole.Texts()); err != nil {
		p.ui.Info("warning: it holds for this run only: %v", err)
	}
	return nil
}

// asks are the lines of a reach as they are shown.
func asks(lines reach.Reach) diag.List {
	list := make(diag.List, len(lines))
	for i, line := range lines {
		list[i] = diag.Diagnostic{Severity: diag.Warning, Code: "beyond-standard", Summary: "asks for: " + line.Text, Range: line.Range}
	}
	return list
}

// banner says that plugins under development are used: they are what their author
// built last, and nobody has looked at it.
func (p *project) banner() {
	for _, dev := range p.user.dev {
		if !slices.ContainsFunc(p.catalog.Plugins, func(s pluginhost.Served) bool { return s.Path == dev.Path }) {
			continue
		}
		if dev.Attached {
			p.ui.Info("warning: plugin %s is attached to, by %s: it is not confined, and keeps what it is given", dev.Name, diag.OneLine(dev.Path))
		} else {
			p.ui.Info("warning: plugin %s is under development: %s", dev.Name, diag.OneLine(dev.Path))
		}
	}
}

// unknownAllowances says what the user allows and no plugin knows: what was meant is not
// allowed then.
func (p *project) unknownAllowances() {
	told := map[string]bool{}
	for _, u := range observe.Providers(p.catalog, p.desired) {
		_, description, _ := p.catalog.Provider(u.Provider.Kind)
		if told[u.Provider.Kind] {
			continue
		}
		told[u.Provider.Kind] = true
		for _, name := range p.user.allowances().Unknown(description) {
			p.ui.Info("warning: %s allows %s to providers of kind %s, which know nothing of that name", trust.ConfigName, name, u.Provider.Kind)
		}
	}
}

func (p *project) reachInput() reach.Input {
	in := reach.Input{
		File: p.file, Desired: p.desired, Hosts: p.user.config.Hosts, Tenants: p.user.config.Tenants,
	}
	for _, u := range observe.Providers(p.catalog, p.desired) {
		_, description, _ := p.catalog.Provider(u.Provider.Kind)
		in.Providers = append(in.Providers, reach.Provider{
			Provider: u.Provider, Plugin: p.reachPlugin(u.Spec.Plugin), Asked: p.host.Asks(u.Spec), Named: p.host.Named(u.Spec),
			Env: u.Spec.Plugin.EnvNames(u.Provider.Kind), Config: description.Config,
			Allows: func(setting, text string) bool { return p.host.Allows(u.Spec.Plugin, u.Provider.Kind, setting, text) },
			Target: func(kind string) schema.Object { t, _ := description.Target(kind); return t.Config },
		})
	}
	asked := map[string]bool{}
	for _, s := range p.desired.Secrets {
		for _, part := range s.Parts {
			plugin, _, ok := p.catalog.Generator(part.Kind)
			if ok && part.MayBeGenerated() && !asked[plugin.Path] {
				asked[plugin.Path] = true
				in.Generators = append(in.Generators, p.reachPlugin(plugin))
			}
		}
	}
	return in
}

func (p *project) reachPlugin(s pluginhost.Served) reach.Plugin {
	plugin := reachPlugin(s)
	known, err := p.user.store.Known(s.Candidate.Name)
	if err == nil && s.Signer != "" && known.Signer == s.Signer && pluginstore.CompareVersions(known.Version, s.Version) > 0 {
		plugin.Newer = known.Version
	}
	return plugin
}

func reachPlugin(s pluginhost.Served) reach.Plugin {
	return reach.Plugin{Name: s.Candidate.Name, Version: s.Version, Hash: s.Hash, Signer: s.Signer, FirstParty: s.FirstParty, Dev: s.Dev, Interpreter: s.Interpreter}
}
