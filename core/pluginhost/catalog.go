package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/wire"
)

// Served is a plugin and what it serves.
type Served struct {
	Candidate
	Description
	Hash       string // SHA-256 of the binary, in hex
	FirstParty bool   // it was built together with this sz
	Signer     string // the key of its release; empty when nobody signed it
	Digest     string // of what it says of itself: see [DescriptionDigest]
	// Interpreter is the program of this machine that runs it; empty for a binary.
	Interpreter string
}

func (s Served) provider(kind string) wire.ProviderDescription {
	for _, p := range s.Providers {
		if p.Kind == kind {
			return p
		}
	}
	return wire.ProviderDescription{}
}

// Catalog is what the plugins of this machine serve.
type Catalog struct {
	Plugins []Served
}

// Generator finds the plugin and the description of a kind of value.
func (c *Catalog) Generator(kind string) (Served, wire.GeneratorDescription, bool) {
	for _, p := range c.Plugins {
		for _, g := range p.Generators {
			if g.Kind == kind {
				return p, g, true
			}
		}
	}
	return Served{}, wire.GeneratorDescription{}, false
}

// Provider finds the plugin and the description of a kind of provider.
func (c *Catalog) Provider(kind string) (Served, wire.ProviderDescription, bool) {
	for _, p := range c.Plugins {
		for _, d := range p.Providers {
			if d.Kind == kind {
				return p, d, true
			}
		}
	}
	return Served{}, wire.ProviderDescription{}, false
}

// ServedBy are the paths of the plugins that serve "generator KIND" or "provider KIND".
func (c *Catalog) ServedBy(kind string) []string {
	var paths []string
	for _, p := range c.Plugins {
		if slices.Contains(Serves(p.Description), kind) {
			paths = append(paths, p.Path)
		}
	}
	return paths
}

// GeneratorKinds are all kinds of value, sorted.
func (c *Catalog) GeneratorKinds() []string {
	var kinds []string
	for _, p := range c.Plugins {
		for _, g := range p.Generators {
			kinds = append(kinds, g.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// ProviderKinds are all kinds of provider, sorted.
func (c *Catalog) ProviderKinds() []string {
	var kinds []string
	for _, p := range c.Plugins {
		for _, d := range p.Providers {
			kinds = append(kinds, d.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// Catalog learns what every plugin found serves. A description is asked for once
// and cached by the hash of the binary, so that a second run starts no process.
// Plugins that fail to describe themselves are left out and their errors joined.
func (h *Host) Catalog(ctx context.Context) (*Catalog, error) {
	candidates, err := h.candidates()
	if err != nil {
		return nil, err
	}
	served := make([]Served, len(candidates))
	failures := make([]error, len(candidates))
	var group sync.WaitGroup
	for i, c := range candidates {
		group.Go(func() { served[i], failures[i] = h.describe(ctx, c) })
	}
	group.Wait()
	catalog := &Catalog{}
	for i := range served {
		if failures[i] == nil {
			catalog.Plugins = append(catalog.Plugins, served[i])
		}
	}
	return catalog, errors.Join(append(failures, catalog.ambiguous())...)
}

// ambiguous refuses two plugins for one kind: which of them would get the secrets
// must not depend on the order of a directory.
func (c *Catalog) ambiguous() error {
	var found []error
	owner := map[string]string{}
	for _, p := range c.Plugins {
		var kinds []string
		for _, g := range p.Generators {
			kinds = append(kinds, "generator "+g.Kind)
		}
		for _, d := range p.Providers {
			kinds = append(kinds, "provider "+d.Kind)
		}
		for _, kind := range kinds {
			if other, taken := owner[kind]; taken {
				found = append(found, fmt.Errorf("%s is served by two plugins, %s and %s; remove one of them", kind, other, p.Path))
			}
			owner[kind] = p.Path
		}
	}
	return errors.Join(found...)
}

func (h *Host) describe(ctx context.Context, c Candidate) (Served, error) {
	if c.Attached {
		return h.describeAttached(ctx, c)
	}
	hash, interpreter, err := h.look(c.Path)
	if err != nil {
		return Served{}, fmt.Errorf("plugin %s: %w", c.Name, err)
	}
	if c.Installed != "" && c.Installed != hash {
		return Served{}, fmt.Errorf("plugin %s (%s) was changed since it was installed: it has sha256:%s now; install it again", c.Name, c.Path, hash)
	}
	s := Served{Candidate: c, Hash: hash, Interpreter: interpreter, FirstParty: firstParty(c.Name, hash)}
	if c.Release != nil {
		s.Signer = c.Release.Signer
	}
	if err := s.reserved(); err != nil {
		return Served{}, err // before it is run
	}
	if d, ok := h.knownDescription(c, hash); ok && d.Name == c.Name {
		return s.described(d)
	}
	i, err := h.start(ctx, Served{Candidate: c, Description: Description{Name: c.Name}, Hash: hash, FirstParty: s.FirstParty}, allowance{unapproved: c.Installed == ""})
	if tooLow, ok := errors.AsType[*sandbox.TooLowError](err); ok && c.Installed == "" {
		return Served{}, fmt.Errorf("plugin %s (%s) was not asked what it serves: nobody approved it, and %w. Approve this binary with `sz plugin install`", c.Name, c.Path, tooLow)
	}
	if err != nil {
		return Served{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, quickCall)
	defer cancel()
	d, err := i.process.wire.Describe(ctx)
	if err != nil {
		return Served{}, i.failure("describing itself", err)
	}
	if err := validDescription(c, d); err != nil {
		return Served{}, fmt.Errorf("plugin %s (%s): %w", c.Name, c.Path, err)
	}
	h.cacheDescription(hash, d)
	h.release(i)
	return s.described(d)
}

// described is the plugin with what it says of itself.
func (s Served) described(d Description) (Served, error) {
	digest, err := DescriptionDigest(d)
	if err != nil {
		return Served{}, fmt.Errorf("plugin %s: %w", s.Candidate.Name, err)
	}
	s.Digest, s.Description = digest, withFields(d)
	return s, s.reserved()
}

// release ends an instance before the rest.
func (h *Host) release(i *Instance) {
	h.mu.Lock()
	h.instances = slices.DeleteFunc(h.instances, func(other *Instance) bool { return other == i })
	h.mu.Unlock()
	i.process.stop()
}

func validDescription(c Candidate, d Description) error {
	switch {
	case d.Name != c.Name:
		return fmt.Errorf("it calls itself %q", harmless(d.Name))
	case d.Version == "" || len(d.Version) > 64 || d.Version != harmless(d.Version):
		return errors.New("it has no usable version")
	case len(d.Generators) == 0 && len(d.Providers) == 0:
		return errors.New("it serves nothing")
	}
	return boundedDescription(d)
}
