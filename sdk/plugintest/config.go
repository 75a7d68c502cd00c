package plugintest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// Config is a configuration as a Secretfile has it: texts, numbers, booleans,
// []any, nested Configs or map[string]any, and [secret.Value] for what is sealed.
// nil is an empty one.
type Config map[string]any

func (c Config) value() schema.Value {
	fields := []schema.Field{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		fields = append(fields, schema.Field{Name: name, Value: valueOf(c[name])})
	}
	return schema.NewMap(fields)
}

func valueOf(v any) schema.Value {
	switch v := v.(type) {
	case nil:
		return schema.Value{}
	case schema.Value:
		return v
	case secret.Value:
		return schema.NewSealed(v)
	case string:
		return schema.NewString(v)
	case bool:
		return schema.NewBool(v)
	case int, int64, float64:
		return schema.NewNumber(fmt.Sprint(v))
	case []any:
		items := make([]schema.Value, len(v))
		for i, item := range v {
			items[i] = valueOf(item)
		}
		return schema.NewList(items)
	case map[string]any:
		return Config(v).value()
	case Config:
		return v.value()
	}
	panic(fmt.Sprintf("plugintest: a configuration cannot hold a %T", v))
}

// errorOf joins the errors among diagnostics; each is a *sdk.Error.
func errorOf(found []wire.Diagnostic) error {
	var list []error
	for i := range found {
		if !found[i].Warning {
			list = append(list, &found[i])
		}
	}
	return errors.Join(list...)
}
