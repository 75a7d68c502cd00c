package conformance

import (
	"fmt"
	"slices"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

// mutation is a configuration with one thing wrong.
type mutation struct {
	at     string // the attribute
	what   string
	config schema.Value
	// told means that the plugin itself must say so. A host checks what a schema says
	// before it asks; a plugin relies on keys that are required and on types in its
	// code, so it must not take their absence for something else.
	told bool
}

// mutations are a right configuration made wrong, once for each rule of its schema.
func mutations(o schema.Object, right schema.Value) []mutation {
	list := []mutation{{"no_such_key", "an unknown key", with(right, "no_such_key", schema.NewString("x")), false}}
	for _, a := range o.Attributes {
		if a.Required {
			list = append(list, mutation{a.Name, "a required key that is missing", without(right, a.Name), true})
		}
		if wrong, ok := ofAnotherType(a.Type.Kind); ok {
			list = append(list, mutation{a.Name, "a value of another type", with(right, a.Name, wrong), true})
		}
		if len(a.Enum) > 0 {
			list = append(list, mutation{a.Name, "a text that is not in the list", with(right, a.Name, schema.NewString("no-such-choice")), false})
		}
		if a.Max != nil && a.Type.Kind == schema.Number {
			list = append(list, mutation{a.Name, "a number that is too large", with(right, a.Name, schema.NewNumber(fmt.Sprintf("%.0f", *a.Max+1))), false})
		}
		if a.Min != nil && a.Type.Kind == schema.Number {
			list = append(list, mutation{a.Name, "a number that is too small", with(right, a.Name, schema.NewNumber(fmt.Sprintf("%.0f", *a.Min-1))), false})
		}
	}
	// What the schema does not find wrong is not wrong.
	return slices.DeleteFunc(list, func(m mutation) bool { return accepts(o, m.config) })
}

func ofAnotherType(kind schema.Kind) (schema.Value, bool) {
	switch kind {
	case schema.String, schema.Number, schema.Bool:
		return schema.NewList([]schema.Value{schema.NewBool(true)}), true
	case schema.List, schema.Map:
		return schema.NewString("no list and no map"), true
	}
	return schema.Value{}, false
}

// judge compares what a plugin said of a mutation with what it should say.
func (m mutation) judge(t *trial, found []wire.Diagnostic, err error) {
	if err != nil {
		t.errorf("%s: %s: the call failed: %v", m.at, m.what, err)
		return
	}
	paths := []string{}
	for _, d := range found {
		if d.Warning {
			continue
		}
		paths = append(paths, d.Path.String())
		if len(d.Path) > 0 && d.Path[0].Key == m.at {
			return
		}
	}
	switch {
	case len(paths) == 0 && m.told:
		t.errorf("%s: %s was taken for right", m.at, m.what)
	case len(paths) > 0:
		t.errorf("%s: %s was answered with an error at %q, not at that attribute", m.at, m.what, paths)
	}
}

func with(v schema.Value, name string, member schema.Value) schema.Value {
	fields := slices.Clone(without(v, name).Fields())
	return schema.NewMap(append(fields, schema.Field{Name: name, Value: member}))
}

func without(v schema.Value, name string) schema.Value {
	fields := slices.DeleteFunc(slices.Clone(v.Fields()), func(f schema.Field) bool { return f.Name == name })
	return schema.NewMap(fields)
}

// generatorConfig checks the configuration of a generator.
func generatorConfig(t *trial, g Generator, o schema.Object) {
	client := t.start(Start{}).client
	for _, m := range mutations(o, g.Config) {
		found, err := client.CheckGenerators(t.call(), []wire.GeneratorItem{{Kind: g.Kind, Config: m.config}})
		if err != nil {
			m.judge(t, nil, err)
			continue
		}
		m.judge(t, found[0].Diagnostics, nil)
	}
}

// targetConfig checks the configuration of a target.
func targetConfig(t *trial, c *targetCase) {
	s := c.open(t, Start{})
	for _, m := range mutations(c.description.Config, c.target.Config) {
		found, err := s.client.CheckTargets(t.call(), []wire.CheckItem{{Kind: c.target.Kind, Config: m.config, Secret: "sz-test"}})
		if err != nil {
			m.judge(t, nil, err)
			continue
		}
		m.judge(t, found[0].Diagnostics, nil)
	}
}

// providerConfig checks the configuration of a provider: each needs a process, which
// serves one instance.
func providerConfig(t *trial, p Provider, o schema.Object) {
	for _, m := range mutations(o, p.Config) {
		client := t.start(Start{Provider: &p}).client
		_, found, err := client.Open(t.call(), wire.OpenRequest{Kind: p.Kind, Alias: p.Alias, Config: m.config})
		m.judge(t, found, err)
	}
}
