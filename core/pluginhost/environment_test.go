package pluginhost

import (
	"slices"
	"testing"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

func text(key, value string) schema.Value {
	return schema.NewMap([]schema.Field{{Name: key, Value: schema.NewString(value)}})
}

func under(key string, v schema.Value) schema.Value {
	return schema.NewMap([]schema.Field{{Name: key, Value: v}})
}

// What an instance asks for depends on its configuration, and the environment that
// it gets is that and no more.
func TestEnvironmentIsThatOfTheConfiguration(t *testing.T) {
	host := New(Options{LookupEnv: func(name string) (string, bool) { return "x", name != "UNSET" }})
	asked := []wire.Permission{
		{Kind: wire.Environment, Value: "ALWAYS"},
		{Kind: wire.Environment, Value: "UNSET"},
		{Kind: wire.Environment, Value: "GODEBUG"},
		{Kind: wire.Environment, Value: "OF_ONE", WhenPath: "auth.kind", WhenEquals: []string{"one"}},
		{Kind: wire.Environment, Value: "OF_TWO", WhenPath: "auth.kind", WhenEquals: []string{"two"}},
		{Kind: wire.Environment, Value: "OF_LISTED_TWO", WhenPath: "auth.chain.kind", WhenEquals: []string{"two"}},
	}
	for name, c := range map[string]struct {
		config schema.Value
		want   []string
	}{
		"nothing said": {schema.NewMap(nil), []string{"ALWAYS=x"}},
		"a kind":       {under("auth", text("kind", "one")), []string{"ALWAYS=x", "OF_ONE=x"}},
		"in a list": {
			under("auth", under("chain", schema.NewList([]schema.Value{text("kind", "one"), text("kind", "two")}))),
			[]string{"ALWAYS=x", "OF_LISTED_TWO=x"},
		},
		"an empty list": {under("auth", under("chain", schema.NewList(nil))), []string{"ALWAYS=x"}},
	} {
		spec := ProviderSpec{Kind: "k", Config: c.config, Plugin: Served{Description: Description{Providers: []wire.ProviderDescription{{Kind: "k", Permissions: asked}}}}}
		if got := host.environment(host.Asks(spec)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
