package secretfile

import "github.com/secretzero/sz/core/syntax"

func (d *decoder) targets(n *syntax.Node, of string) []Target {
	if n.IsNull() || !d.isList(n, "targets of "+of) {
		return nil
	}
	var list []Target
	for _, item := range n.Items {
		if !d.isMap(item, "a target of "+of) {
			continue
		}
		if t, ok := d.target(item, of); ok {
			list = append(list, t)
		}
	}
	return list
}

func (d *decoder) target(n *syntax.Node, of string) (Target, bool) {
	what := "a target of " + of
	d.keys(n, what, []string{"provider", "kind", "config"}, []string{"profile", "description"})
	var t Target
	t.Provider, t.ProviderRange = d.word(n, "provider", what)
	t.Range = t.ProviderRange
	t.Kind, t.KindRange = d.word(n, "kind", what)
	named := d.name(t.Provider, t.ProviderRange, "provider")
	named = d.name(t.Kind, t.KindRange, "kind") && named
	t.Config = d.under(d.config(n, what), d.overridesFor(t.Provider, t.Kind))
	d.secretEnv("the configuration of a target", t.Config)
	return t, named
}
