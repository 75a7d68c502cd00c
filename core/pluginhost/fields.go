package pluginhost

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// fieldKey is a setting that every structured kind has, and that no plugin has to
// know: it picks one field, which then is the value.
const fieldKey = "field"

// withFields adds that setting to the structured kinds of a description.
func withFields(d Description) Description {
	d.Generators = slices.Clone(d.Generators)
	for i, g := range d.Generators {
		if len(g.Fields) == 0 {
			continue
		}
		g.Config.Attributes = slices.DeleteFunc(slices.Clone(g.Config.Attributes), func(a schema.Attribute) bool { return a.Name == fieldKey })
		g.Config.Attributes = append(g.Config.Attributes, schema.Attribute{
			Name: fieldKey, Type: schema.Type{Kind: schema.String}, Enum: g.Fields,
			Description: "take this field alone for the value; without it the value has " + strings.Join(g.Fields, ", "),
		})
		d.Generators[i] = g
	}
	return d
}

// generatorOf is what a plugin says of a kind of value.
func generatorOf(d Description, kind string) wire.GeneratorDescription {
	for _, g := range d.Generators {
		if g.Kind == kind {
			return g
		}
	}
	return wire.GeneratorDescription{}
}

// unpicked are the items as a plugin gets them, and the field that each picks.
func unpicked(d Description, items []GeneratorItem) (plain []GeneratorItem, fields []string) {
	plain, fields = slices.Clone(items), make([]string, len(items))
	for i, item := range plain {
		if len(generatorOf(d, item.Kind).Fields) == 0 || item.Config.Get(fieldKey).IsNull() {
			continue
		}
		fields[i] = item.Config.Get(fieldKey).Expose()
		rest := slices.DeleteFunc(slices.Clone(item.Config.Fields()), func(f schema.Field) bool { return f.Name == fieldKey })
		plain[i].Config = schema.NewMap(rest)
	}
	return plain, fields
}

// pick makes sure that a value is what its kind promises, and takes the field that
// was picked, if one was. What is left over is destroyed.
func pick(made *Generated, d Description, kind, field string) error {
	if wire.Failed(made.Diagnostics) {
		return nil
	}
	promised := generatorOf(d, kind).Fields
	if len(promised) == 0 {
		if t := made.Payload.Type(); t == secret.Object || t == secret.List {
			return fmt.Errorf("it made %s where a single value was promised", t)
		}
		return nil
	}
	var names []string
	for _, f := range made.Payload.Fields() {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, promised) {
		return errors.New("it made other fields than it promised")
	}
	if field == "" {
		return nil
	}
	whole := made.Payload
	picked, _ := whole.Field(field)
	made.Payload = picked.Clone()
	whole.Destroy()
	return nil
}
