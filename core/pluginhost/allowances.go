package pluginhost

import (
	"slices"

	"github.com/secretzero/sz/sdk/wire"
)

// Allowances are what the user's own configuration allows: texts by the kind of
// provider that it is for and the name under which that provider knows it. The texts
// mean nothing here.
type Allowances map[string]map[string][]string

// allowed are the allowances that an instance of a kind is told of: those that its
// plugin knows.
func (h *Host) allowed(kind wire.ProviderDescription) map[string][]string {
	known := map[string][]string{}
	for _, a := range kind.Allowances {
		if texts := h.options.Allowances[kind.Kind][a.Name]; len(texts) > 0 {
			known[a.Name] = texts
		}
	}
	return known
}

// Unknown are the names of what the user allows to providers of a kind that its plugin
// does not know, sorted: mistakes, or a plugin of another version.
func (a Allowances) Unknown(kind wire.ProviderDescription) []string {
	var names []string
	for name := range a[kind.Kind] {
		if !slices.ContainsFunc(kind.Allowances, func(d wire.AllowanceDescription) bool { return d.Name == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Allows reports that the user's own configuration allows a text of a setting: a path of
// the configuration of providers of a kind. Then it is no wish of the project alone.
func (h *Host) Allows(plugin Served, kind, setting, text string) bool {
	_, allowed := h.allowing(plugin.provider(kind), setting)
	return slices.ContainsFunc(allowed, func(one string) bool { return one == text || sameHost(one, text) })
}

// allowing are the texts that the user allows for a setting, and whether the setting is
// one that needs it.
func (h *Host) allowing(kind wire.ProviderDescription, setting string) (needed bool, allowed []string) {
	for _, a := range kind.Allowances {
		if slices.Contains(a.Settings, setting) {
			needed, allowed = true, append(allowed, h.options.Allowances[kind.Kind][a.Name]...)
		}
	}
	return needed, allowed
}

// admitted are those of the texts of a setting that name a host which the user allows;
// all of them where the setting needs nobody's word.
func (h *Host) admitted(kind wire.ProviderDescription, setting string, texts []string) []string {
	needed, allowed := h.allowing(kind, setting)
	if !needed {
		return texts
	}
	return slices.DeleteFunc(texts, func(text string) bool {
		return !slices.ContainsFunc(allowed, func(one string) bool { return sameHost(one, text) })
	})
}

func sameHost(one, other string) bool {
	host := endpoint(one)
	return host != "" && host == endpoint(other)
}
