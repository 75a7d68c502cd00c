package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginlock"
	"github.com/secretzero/sz/core/pluginstore"
)

// checkPins holds the plugins that the project uses to those that its sz.lock.hcl
// pins. A project without one pins nothing.
func (p *project) checkPins() error {
	wrong := p.servedTwice()
	for _, s := range p.usedPlugins() {
		if !p.user.locked {
			break
		}
		pin, pinned := p.user.lock.Plugin(s.Candidate.Name)
		switch {
		case s.Dev:
		case pinned:
			wrong = append(wrong, differences(pin, s)...)
		case !s.FirstParty:
			wrong = append(wrong, fmt.Errorf("plugin %s is used and not in %s; add it with `sz init`", s.Candidate.Name, pluginlock.Name))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return fail(exitPolicy, err.Error()+"\nnothing was started")
	}
	return nil
}

// servedTwice reports the kinds of the project that two plugins serve: which of them
// would get the secrets must not depend on the order of directories.
func (p *project) servedTwice() []error {
	var wrong []error
	seen := map[string]bool{}
	check := func(kind string) {
		if paths := p.catalog.ServedBy(kind); len(paths) > 1 && !seen[kind] {
			wrong = append(wrong, fmt.Errorf("%s is served by %d plugins, %s; remove all but one", kind, len(paths), strings.Join(paths, " and ")))
		}
		seen[kind] = true
	}
	for _, secret := range p.desired.Secrets {
		for _, part := range secret.Parts {
			if part.MayBeGenerated() {
				check("generator " + part.Kind)
			}
		}
	}
	for _, provider := range p.desired.Providers {
		check("provider " + provider.Kind)
	}
	return wrong
}

// usedPlugins are the plugins that serve a provider or a value of the project, each
// once.
func (p *project) usedPlugins() []pluginhost.Served {
	var used []pluginhost.Served
	add := func(s pluginhost.Served, ok bool) {
		if ok && !slices.ContainsFunc(used, func(other pluginhost.Served) bool { return other.Path == s.Path }) {
			used = append(used, s)
		}
	}
	for _, secret := range p.desired.Secrets {
		for _, part := range secret.Parts {
			if part.MayBeGenerated() {
				s, _, ok := p.catalog.Generator(part.Kind)
				add(s, ok)
			}
		}
	}
	for _, provider := range p.desired.Providers {
		s, _, ok := p.catalog.Provider(provider.Kind)
		add(s, ok)
	}
	return used
}

// differences are what a plugin has that its pin does not allow.
func differences(pin pluginlock.Plugin, s pluginhost.Served) []error {
	name := "plugin " + s.Candidate.Name
	hash, known := pin.Hashes[pluginstore.Platform()]
	switch {
	case !known && !s.FirstParty:
		return []error{fmt.Errorf("%s is pinned for other platforms than %s; add this one with `sz init` where the plugin is trusted", name, pluginstore.Platform())}
	case known && hash != "sha256:"+s.Hash:
		wrong := []error{fmt.Errorf("%s is not the one that %s pins\n  pinned: %s, %s\n  here:   %s, sha256:%s (%s)\nInstall the pinned one, or take this one with `sz init --upgrade`",
			name, pluginlock.Name, pin.Version, hash, s.Version, s.Hash, s.Path)}
		return append(wrong, beyond(pin, s)...)
	case pin.Signer != s.Signer:
		return []error{fmt.Errorf("%s is signed by %q, and %s pins %q", name, s.Signer, pluginlock.Name, pin.Signer)}
	}
	return beyond(pin, s)
}

// beyond is what a plugin asks for and its pin does not grant.
func beyond(pin pluginlock.Plugin, s pluginhost.Served) []error {
	missing := grantsOf(s).Missing(pin.Grants)
	if len(missing) == 0 {
		return nil
	}
	return []error{fmt.Errorf("plugin %s %s asks for more than %s grants:\n  + %s\nLook at it, and grant it with `sz init --upgrade`", s.Candidate.Name, s.Version, pluginlock.Name, strings.Join(missing, "\n  + "))}
}

// grantsOf is all that a plugin serves and may ask for.
func grantsOf(s pluginhost.Served) pluginlock.Grants {
	g := pluginlock.Grants{Serves: pluginhost.Serves(s.Description)}
	for _, r := range pluginhost.Requests(s.Description) {
		if err := g.Add(r.Key, r.Value); err != nil {
			continue // a request that this sz does not know is granted to nobody
		}
	}
	return g
}

// pinOf is a plugin as sz.lock.hcl records it.
func pinOf(s pluginhost.Served) pluginlock.Plugin {
	pin := pluginlock.Plugin{
		Name: s.Candidate.Name, Version: s.Version, Protocol: pluginhost.Protocol, Signer: s.Signer, Description: s.Digest,
		Hashes: map[string]string{pluginstore.Platform(): "sha256:" + s.Hash}, Grants: grantsOf(s),
	}
	if s.Release != nil {
		for _, b := range s.Release.Binaries {
			pin.Hashes[b.Platform] = "sha256:" + b.SHA256
		}
	}
	return pin
}
