package cli

import (
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/sdk/schema"
)

// kinds shows a catalog of plugins to the planner, which knows no plugins.
type kinds struct{ *pluginhost.Catalog }

// Generator is the configuration of a kind of value.
func (k kinds) Generator(kind string) (schema.Object, bool) {
	_, d, ok := k.Catalog.Generator(kind)
	return d.Config, ok
}

// GeneratorFields are the fields of what a structured kind of value makes.
func (k kinds) GeneratorFields(kind string) []string {
	_, d, _ := k.Catalog.Generator(kind)
	return d.Fields
}

// GeneratorFiles are the settings whose texts may name files of the project. Only
// plugins of sz itself are given any.
func (k kinds) GeneratorFiles(kind string) []string {
	plugin, d, _ := k.Catalog.Generator(kind)
	if !plugin.FirstParty {
		return nil
	}
	return pluginhost.FileSettings(d)
}

// Provider is the configuration of a kind of provider.
func (k kinds) Provider(kind string) (schema.Object, bool) {
	_, d, ok := k.Catalog.Provider(kind)
	return d.Config, ok
}

// Target is the configuration of a kind of target.
func (k kinds) Target(provider, kind string) (schema.Object, plan.Capabilities, bool) {
	_, d, _ := k.Catalog.Provider(provider)
	t, ok := d.Target(kind)
	return t.Config, plan.Capabilities{
		Inspect: t.Can(pluginhost.CanInspect), Read: t.Can(pluginhost.CanRead), Challenge: t.Can(pluginhost.CanChallenge),
		Marks: t.Can(pluginhost.CanMark), Update: t.Can(pluginhost.CanUpdate), Retire: t.Can(pluginhost.CanRetire), Versions: t.Can(pluginhost.CanVersions),
	}, ok
}

// TargetKinds lists the kinds of target of a kind of provider.
func (k kinds) TargetKinds(provider string) []string {
	_, d, _ := k.Catalog.Provider(provider)
	var names []string
	for _, t := range d.Targets {
		names = append(names, t.Kind)
	}
	return names
}
