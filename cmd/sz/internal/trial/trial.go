// Package trial runs the checks of sdk/conformance against the binary of a plugin, as
// confined as this machine can: it stands between them and core/pluginhost, neither of
// which knows the other.
package trial

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/sandbox"
	"github.com/secretzero/sz/sdk/conformance"
)

// Subject is the binary of a plugin.
type Subject struct {
	plugin  pluginhost.Served
	host    *pluginhost.Host
	stalled *pluginhost.Host // whose plugins reach a proxy that never answers
	hole    net.Listener
	tier    sandbox.Tier
	lookup  func(string) (string, bool)

	mu   sync.Mutex
	held []net.Conn
}

// New makes a subject. The options are those of a run that finds the plugin by its
// name; paths of configurations start from options.Project.
func New(ctx context.Context, name string, options pluginhost.Options) (*Subject, error) {
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("a proxy that does not answer: %w", err)
	}
	s := &Subject{hole: hole, lookup: options.LookupEnv, host: pluginhost.New(options)}
	go s.swallow()
	dark := options
	dark.LookupEnv = s.dark
	s.stalled = pluginhost.New(dark)
	if err := s.find(ctx, name); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// find learns what the plugin serves and how far its processes are confined.
func (s *Subject) find(ctx context.Context, name string) error {
	catalog, err := s.host.Catalog(ctx)
	if catalog == nil {
		return err
	}
	for _, p := range catalog.Plugins {
		if p.Candidate.Name == name {
			s.plugin = p
			trial, err := s.host.Try(ctx, p, grant.Set{})
			if err != nil {
				return err
			}
			s.tier = trial.Tier()
			trial.Stop()
			return nil
		}
	}
	return fmt.Errorf("plugin %s cannot be used: %w", name, err)
}

// Close ends all that is left of the subject.
func (s *Subject) Close() {
	_ = s.hole.Close() // nobody uses it any more
	s.mu.Lock()
	for _, conn := range s.held {
		_ = conn.Close() // nothing was ever said on it
	}
	s.mu.Unlock()
	_, _ = s.host.Close(), s.stalled.Close() // they have nothing running
}

// swallow takes connections and never answers, until the hole is closed.
func (s *Subject) swallow() {
	for {
		conn, err := s.hole.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.held = append(s.held, conn)
		s.mu.Unlock()
	}
}

// dark is the user's environment with the hole for a proxy.
func (s *Subject) dark(name string) (string, bool) {
	switch strings.ToUpper(name) {
	case "HTTPS_PROXY", "HTTP_PROXY":
		return "http://" + s.hole.Addr().String(), true
	case "NO_PROXY":
		return "", false
	}
	return s.lookup(name)
}

// Confinement is the tier.
func (s *Subject) Confinement() string { return s.tier.String() }

// Enforces reports whether a permission that is not granted is denied here.
func (s *Subject) Enforces(p conformance.Permission) (bool, string) {
	if p.Kind == conformance.Environment {
		if text, ok := s.lookup(p.Value); !ok || text == "" {
			return false, p.Value + " is not set here"
		}
		return true, ""
	}
	if s.tier < sandbox.T2 {
		return false, fmt.Sprintf("plugins are confined at %s here, which denies nothing but environment variables", s.tier)
	}
	return true, ""
}

// Start starts the plugin with what it asks for in a configuration.
func (s *Subject) Start(ctx context.Context, how conformance.Start) (conformance.Process, error) {
	host := s.host
	if how.Stalled {
		host = s.stalled
	}
	granted := grant.Set{}
	if how.Provider != nil {
		granted = host.Asks(s.spec(*how.Provider, how.Without))
	}
	trial, err := host.Try(ctx, s.plugin, granted)
	if err != nil {
		return nil, err
	}
	return trial, nil
}

// spec is a provider without one of its permissions.
func (s *Subject) spec(p conformance.Provider, without *conformance.Permission) pluginhost.ProviderSpec {
	plugin := s.plugin
	plugin.Providers = nil
	for _, d := range s.plugin.Providers {
		kept := d.Permissions
		d.Permissions = nil
		for _, permission := range kept {
			if without == nil || permission.Kind != without.Kind || permission.Value != without.Value {
				d.Permissions = append(d.Permissions, permission)
			}
		}
		plugin.Providers = append(plugin.Providers, d)
	}
	spec := pluginhost.ProviderSpec{Plugin: plugin, Alias: p.Alias, Kind: p.Kind, Config: p.Config}
	for _, t := range p.Targets {
		spec.Targets = append(spec.Targets, t.Config)
	}
	return spec
}

// Cases are the configurations of a Secretfile that are for kinds of the plugin, one
// of each kind of generator, and of each kind of target of a provider.
func (s *Subject) Cases(desired plan.Desired) *conformance.Cases {
	cases := &conformance.Cases{}
	seen := map[string]bool{}
	serves := func(kind string) bool {
		for _, g := range s.plugin.Generators {
			if g.Kind == kind {
				return true
			}
		}
		return false
	}
	providers := map[string]*conformance.Provider{}
	for _, p := range desired.Providers {
		providers[p.Alias] = &conformance.Provider{Alias: p.Alias, Kind: p.Kind, Config: p.Config}
	}
	for _, secret := range desired.Secrets {
		for _, part := range secret.Parts {
			if serves(part.Kind) && !seen[part.Kind] {
				seen[part.Kind] = true
				cases.Generators = append(cases.Generators, conformance.Generator{Kind: part.Kind, Config: part.Config})
			}
		}
		for _, t := range secret.Targets {
			if key := t.Provider + "\x00" + t.Address.Kind; !seen[key] {
				seen[key] = true
				providers[t.Provider].Targets = append(providers[t.Provider].Targets, conformance.Target{Kind: t.Address.Kind, Config: t.Config})
			}
		}
	}
	for _, p := range desired.Providers {
		for _, d := range s.plugin.Providers {
			if d.Kind == p.Kind && len(providers[p.Alias].Targets) > 0 {
				cases.Providers = append(cases.Providers, *providers[p.Alias])
			}
		}
	}
	return cases
}
