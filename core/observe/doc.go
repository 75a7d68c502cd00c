// Package observe asks the targets: where each is, and what is there. It opens
// one plugin process per provider instance and changes nothing in any store.
//
// Next: core/plan, which decides by the answers.
package observe

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
)

// Session is the open plugin processes of a run. The processes are the host's to
// end.
type Session struct {
	host       *pluginhost.Host
	catalog    *pluginhost.Catalog
	mu         sync.Mutex
	providers  map[string]*pluginhost.Instance // by alias
	generators map[string]*pluginhost.Instance // by plugin name
	throttles  map[plan.Address]pluginhost.Throttle
}

// Open starts every provider instance that a target of desired uses, and every
// plugin that makes one of its values, side by side. The diagnostics point at the
// provider in the Secretfile.
func Open(ctx context.Context, host *pluginhost.Host, catalog *pluginhost.Catalog, desired plan.Desired) (*Session, diag.List) {
	s := &Session{
		host: host, catalog: catalog,
		providers: map[string]*pluginhost.Instance{}, generators: map[string]*pluginhost.Instance{},
		throttles: map[plan.Address]pluginhost.Throttle{},
	}
	var mu sync.Mutex
	var found diag.List
	var group sync.WaitGroup
	used := usedProviders(desired)
	for _, p := range desired.Providers {
		if !used[p.Alias] {
			continue
		}
		group.Go(func() {
			list := s.openProvider(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, list...)
		})
	}
	for _, part := range generatorParts(desired) {
		group.Go(func() {
			list := s.openGenerators(ctx, part)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, list...)
		})
	}
	group.Wait()
	return s, found.Sorted()
}

func usedProviders(desired plan.Desired) map[string]bool {
	used := map[string]bool{}
	for _, secret := range desired.Secrets {
		for _, t := range secret.Targets {
			used[t.Provider] = true
		}
	}
	return used
}

// generatorParts is one part of each kind that a plugin makes.
func generatorParts(desired plan.Desired) map[string]plan.Part {
	parts := map[string]plan.Part{}
	for _, secret := range desired.Secrets {
		for _, p := range secret.Parts {
			if p.Generated() {
				parts[p.Kind] = p
			}
		}
	}
	return parts
}

func (s *Session) openProvider(ctx context.Context, p plan.Provider) diag.List {
	plugin, _, ok := s.catalog.Provider(p.Kind)
	if !ok {
		return diag.List{{Severity: diag.Error, Code: "no-plugin", Summary: "no installed plugin serves providers of kind " + p.Kind, Range: p.Range}}
	}
	instance, answers, err := s.host.OpenProvider(ctx, pluginhost.ProviderSpec{Plugin: plugin, Alias: p.Alias, Kind: p.Kind, Config: p.Config})
	if err != nil {
		return diag.List{failed(err, p.Range)}
	}
	var found diag.List
	for _, a := range answers {
		found = append(found, Diagnostic(a, p.Source, p.Range))
	}
	if instance != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.providers[p.Alias] = instance
	}
	return found
}

// openGenerators starts the plugin that makes a kind of value, once for all the
// kinds that it makes.
func (s *Session) openGenerators(ctx context.Context, p plan.Part) diag.List {
	plugin, _, ok := s.catalog.Generator(p.Kind)
	if !ok {
		return diag.List{{Severity: diag.Error, Code: "no-plugin", Summary: "no installed plugin makes values of kind " + p.Kind, Range: p.Range}}
	}
	s.mu.Lock()
	_, open := s.generators[plugin.Candidate.Name]
	if !open {
		s.generators[plugin.Candidate.Name] = nil // claimed; set below
	}
	s.mu.Unlock()
	if open {
		return nil
	}
	instance, err := s.host.OpenGenerators(ctx, plugin)
	if err != nil {
		return diag.List{failed(err, p.Range)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generators[plugin.Candidate.Name] = instance
	return nil
}

// Provider is the instance of an alias; nil when it did not open.
func (s *Session) Provider(alias string) *pluginhost.Instance { return s.providers[alias] }

// Generator is the instance that makes a kind of value; nil when none is open.
func (s *Session) Generator(kind string) *pluginhost.Instance {
	plugin, _, _ := s.catalog.Generator(kind)
	return s.generators[plugin.Candidate.Name]
}

// Throttle is the limit that the writers of an address share.
func (s *Session) Throttle(a plan.Address) pluginhost.Throttle { return s.throttles[a] }

// failed turns the failure of a plugin as a process into a diagnostic.
func failed(err error, at diag.Range) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "plugin-failed", Summary: err.Error(), Range: at}
	if f, ok := errors.AsType[*pluginhost.Failure](err); ok {
		d.Summary = fmt.Sprintf("plugin %s %s failed while %s", f.Plugin, f.Version, f.Doing)
		d.Detail = f.Cause
		if f.Output != "" {
			d.Detail += "\nit wrote:\n" + f.Output
		}
	}
	return d
}
