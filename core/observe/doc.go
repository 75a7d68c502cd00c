// Package observe asks the targets: where each is, and what is there. It opens
// one plugin process per provider instance and changes nothing in any store.
//
// Next: core/plan, which decides by the answers.
package observe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/schema"
)

// Session is the open plugin processes of a run. The processes are the host's to
// end.
type Session struct {
	host       *pluginhost.Host
	catalog    *pluginhost.Catalog
	mu         sync.Mutex
	providers  map[string]*pluginhost.Instance // by alias
	generators map[string]*pluginhost.Instance // by plugin name
	throttles  map[plan.Address]Throttle
}

// Open starts every provider instance that a target of desired uses, and every
// plugin that makes one of its values, side by side. An instance may touch what is
// granted to its alias and nothing else. The diagnostics point at the provider in
// the Secretfile.
func Open(ctx context.Context, host *pluginhost.Host, catalog *pluginhost.Catalog, desired plan.Desired, granted map[string]grant.Set) (*Session, diag.List) {
	s := &Session{
		host: host, catalog: catalog,
		providers: map[string]*pluginhost.Instance{}, generators: map[string]*pluginhost.Instance{},
		throttles: map[plan.Address]Throttle{},
	}
	var mu sync.Mutex
	var found diag.List
	var group sync.WaitGroup
	for _, u := range Providers(catalog, desired) {
		u.Spec.Granted = granted[u.Provider.Alias]
		group.Go(func() {
			list := s.openProvider(ctx, u)
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

// Used is a provider that a target uses, and the instance that serves it. The
// instance has no plugin when none is installed.
type Used struct {
	Provider plan.Provider
	Spec     pluginhost.ProviderSpec
}

// Providers are the instances that the targets of desired need, each with the
// configurations of its targets, in the order of the Secretfile. Nothing is started.
func Providers(catalog *pluginhost.Catalog, desired plan.Desired) []Used {
	targets := map[string][]schema.Value{}
	for _, secret := range desired.Secrets {
		for _, t := range secret.Places() {
			targets[t.Provider] = append(targets[t.Provider], t.Config)
		}
	}
	var used []Used
	for _, p := range desired.Providers {
		if len(targets[p.Alias]) == 0 {
			continue
		}
		plugin, _, _ := catalog.Provider(p.Kind)
		used = append(used, Used{p, pluginhost.ProviderSpec{Plugin: plugin, Alias: p.Alias, Kind: p.Kind, Config: p.Config, Targets: targets[p.Alias]}})
	}
	return used
}

// generatorParts is one part of each kind that a plugin makes.
func generatorParts(desired plan.Desired) map[string]plan.Part {
	parts := map[string]plan.Part{}
	for _, secret := range desired.Secrets {
		for _, p := range secret.Parts {
			if p.MayBeGenerated() {
				parts[p.Kind] = p
			}
		}
	}
	return parts
}

func (s *Session) openProvider(ctx context.Context, u Used) diag.List {
	p := u.Provider
	if u.Spec.Plugin.Path == "" {
		return diag.List{{Severity: diag.Error, Code: "no-plugin", Summary: "no installed plugin serves providers of kind " + p.Kind, Range: p.Range}}
	}
	instance, answers, err := s.host.OpenProvider(ctx, u.Spec)
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

// Generators are the instances that make values, by the names of their plugins.
func (s *Session) Generators() []*pluginhost.Instance {
	var open []*pluginhost.Instance
	for _, name := range slices.Sorted(maps.Keys(s.generators)) {
		if i := s.generators[name]; i != nil {
			open = append(open, i)
		}
	}
	return open
}

// Generator is the instance that makes a kind of value; nil when none is open.
func (s *Session) Generator(kind string) *pluginhost.Instance {
	plugin, _, _ := s.catalog.Generator(kind)
	return s.generators[plugin.Candidate.Name]
}

// Throttle is the limit that the writers of an address share.
func (s *Session) Throttle(a plan.Address) Throttle { return s.throttles[a] }

// Throttle is a limit, and the plugin that it is a limit of.
type Throttle struct {
	pluginhost.Throttle
	Plugin string
}

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
