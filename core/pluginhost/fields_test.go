package pluginhost

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
	"github.com/secretzero/sz/sdk/wire"
)

// pairs serves a structured kind and a plain one.
var pairs = Description{Generators: []wire.GeneratorDescription{
	{Kind: "pair", Fields: []string{"left", "right"}, Config: schema.Object{Attributes: []schema.Attribute{{Name: "size", Type: schema.Type{Kind: schema.Number}}}}},
	{Kind: "plain", Config: schema.Object{}},
}}

func aText(s string) secret.Payload { return secret.NewText(secret.FromString(s)) }

func pair(names ...string) secret.Payload {
	var fields []secret.Field
	for _, n := range names {
		fields = append(fields, secret.Field{Name: n, Value: aText("the " + n)})
	}
	return secret.NewObject(fields)
}

func TestStructuredKindsHaveTheSettingField(t *testing.T) {
	d := withFields(pairs)
	if a, ok := d.Generators[0].Config.Attribute(fieldKey); !ok || strings.Join(a.Enum, " ") != "left right" {
		t.Errorf("attribute %+v", a)
	}
	if _, ok := d.Generators[1].Config.Attribute(fieldKey); ok {
		t.Error("a plain kind has it")
	}
	if len(pairs.Generators[0].Config.Attributes) != 1 {
		t.Error("what the plugin said was changed")
	}
}

func TestPluginsAreNotToldWhichFieldIsPicked(t *testing.T) {
	config := schema.NewMap([]schema.Field{{Name: "size", Value: schema.NewNumber("3")}, {Name: fieldKey, Value: schema.NewString("right")}})
	items, fields := unpicked(pairs, []GeneratorItem{{Kind: "pair", Config: config}, {Kind: "plain"}})
	if len(items[0].Config.Fields()) != 1 || items[0].Config.Get("size").Expose() != "3" || fields[0] != "right" || fields[1] != "" {
		t.Errorf("items %v, fields %q", items, fields)
	}
}

func TestPickHoldsAPluginToItsPromise(t *testing.T) {
	for name, c := range map[string]struct {
		kind, field string
		made        secret.Payload
		want        secret.Payload
		fault       string
	}{
		"all of it":     {kind: "pair", made: pair("left", "right"), want: pair("left", "right")},
		"one field":     {kind: "pair", field: "right", made: pair("left", "right"), want: aText("the right")},
		"another order": {kind: "pair", made: pair("right", "left"), fault: "other fields"},
		"one too many":  {kind: "pair", field: "left", made: pair("left", "right", "x"), fault: "other fields"},
		"text":          {kind: "pair", made: aText("x"), fault: "other fields"},
		"a plain value": {kind: "plain", made: aText("x"), want: aText("x")},
		"an object":     {kind: "plain", made: pair("left"), fault: "single value"},
		"a list":        {kind: "plain", made: secret.NewList(nil), fault: "single value"},
	} {
		t.Run(name, func(t *testing.T) {
			made := Generated{Payload: c.made}
			err := pick(&made, pairs, c.kind, c.field)
			switch {
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("error %v", err)
			case c.fault == "" && (err != nil || !made.Payload.Equal(c.want)):
				t.Errorf("error %v, or another value", err)
			}
		})
	}
}
