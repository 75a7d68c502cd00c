package pluginhost

import (
	"reflect"
	"testing"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/wire"
)

func object(pairs ...string) schema.Value {
	var fields []schema.Field
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, schema.Field{Name: pairs[i], Value: schema.NewString(pairs[i+1])})
	}
	return schema.NewMap(fields)
}

func TestRequestsAreResolved(t *testing.T) {
	kind := wire.ProviderDescription{Kind: "k", Permissions: []wire.Permission{
		{Kind: wire.Network, Value: "Login.example.com:443"},
		{Kind: wire.Network, Value: "other.example.com:443", WhenPath: "cloud", WhenEquals: []string{"other"}},
		{Kind: wire.NetworkFrom, Value: "config.url"},
		{Kind: wire.NetworkFrom, Value: "{config.name}.vault.example"},
		{Kind: wire.Environment, Value: "TOKEN_FILE"},
		{Kind: wire.ReadFile, Value: "/etc/ssl"},
		{Kind: wire.ReadFrom, Value: "certificate"},
		{Kind: wire.ReadFrom, Value: "env.TOKEN_FILE"},
		{Kind: wire.ReadFrom, Value: "env.RELATIVE"},
		{Kind: wire.NetworkFrom, Value: "env.AUTHORITY"},
		{Kind: wire.NetworkFrom, Value: "chain.url"},
		{Kind: wire.WriteFrom, Value: "config.path"},
		{Kind: wire.Execute, Value: "az account show"},
		{Kind: wire.Identity, Value: "azure:https://vault.azure.net"},
	}}
	spec := ProviderSpec{
		Plugin: Served{Description: Description{Providers: []wire.ProviderDescription{kind}}}, Kind: "k",
		Config:  object("cloud", "this", "certificate", "tls/client.pem", "url", "http://proxy.example"),
		Targets: []schema.Value{object("url", "https://A.example/x"), object("name", "shop"), object("path", ".env"), object("path", "../.profile")},
	}
	spec.Config = schema.NewMap(append(spec.Config.Fields(), schema.Field{Name: "chain", Value: schema.NewList([]schema.Value{object("url", "one.example"), object("url", "two.example:1")})}))
	h := New(Options{Project: "/p", LookupEnv: func(name string) (string, bool) {
		text, ok := map[string]string{"TOKEN_FILE": "/run/token", "RELATIVE": "token", "AUTHORITY": "https://login.own.example/"}[name]
		return text, ok
	}})
	want := grant.Set{
		Network: []string{"a.example:443", "login.example.com:443", "login.own.example:443", "one.example:443", "proxy.example:80", "shop.vault.example:443", "two.example:1"},
		Env:     []string{"TOKEN_FILE"}, Read: []string{"/etc/ssl", "/p/tls/client.pem", "/run/token"}, Write: []string{"/p/.env"},
		Exec: []string{"az account show"}, Identity: []string{"azure:https://vault.azure.net"},
	}
	if got := h.Asks(spec); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got.Lines(), want.Lines())
	}
}

// A host that needs the user's word is reached with it alone, wherever it is named.
func TestHostsThatOnlyTheUserAllows(t *testing.T) {
	kind := wire.ProviderDescription{
		Kind: "k", Allowances: []wire.AllowanceDescription{{Name: "hosts", Settings: []string{"host", "env.HOST"}}, {Name: "other", Settings: []string{"config.host"}}},
		Permissions: []wire.Permission{{Kind: wire.NetworkFrom, Value: "host"}, {Kind: wire.NetworkFrom, Value: "env.HOST"}, {Kind: wire.NetworkFrom, Value: "config.url"}},
	}
	for name, c := range map[string]struct {
		allowed map[string][]string
		want    []string
	}{
		"nothing":                 {nil, []string{"free.example:443"}},
		"by another name":         {map[string][]string{"other": {"one.example"}, "host": {"one.example"}}, []string{"free.example:443"}},
		"everything":              {map[string][]string{"hosts": {"*", "*.example", "true", ""}}, []string{"free.example:443"}},
		"another port":            {map[string][]string{"hosts": {"one.example:8443"}}, []string{"free.example:443"}},
		"one":                     {map[string][]string{"hosts": {"https://One.example/"}}, []string{"free.example:443", "one.example:443"}},
		"that of the environment": {map[string][]string{"hosts": {"two.example"}}, []string{"free.example:443", "two.example:443"}},
	} {
		h := New(Options{
			LookupEnv:  func(name string) (string, bool) { return map[string]string{"HOST": "https://two.example"}[name], true },
			Allowances: Allowances{"k": c.allowed, "other": {"hosts": {"one.example", "two.example"}}},
		})
		spec := ProviderSpec{Plugin: Served{Description: Description{Providers: []wire.ProviderDescription{kind}}}, Kind: "k", Config: object("host", "one.example", "url", "free.example")}
		if got := h.Asks(spec).Network; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := h.Named(spec).Network; !reflect.DeepEqual(got, []string{"free.example:443"}) {
			t.Errorf("%s: of the Secretfile alone %q", name, got)
		}
		told := h.allowed(kind)
		if _, unknown := told["host"]; unknown || !reflect.DeepEqual(told["hosts"], c.allowed["hosts"]) {
			t.Errorf("%s: the plugin is told of %v", name, told)
		}
		if older := h.allowed(wire.ProviderDescription{Kind: "k"}); len(older) != 0 {
			t.Errorf("%s: a plugin that knows of none is told of %v", name, older)
		}
		if got, want := h.Allows(spec.Plugin, "k", "host", "one.example"), name == "one"; got != want {
			t.Errorf("%s: allowed %t", name, got)
		}
	}
}

// What two programs could read as two hosts is none.
func TestTextsThatNameNoHost(t *testing.T) {
	for text, want := range map[string]string{
		"https://kv.example.": "", "https://user@kv.example": "", "https://kv.example:x": "", "https://kv.example#@other": "", "https://kv%2eexample": "",
		"https://kv.example?x@y": "", "kv..example": "", "https://": "", "": "", "https://ⅴ.example": "", "a b": "", "https://kv.example\\@x": "",
		"https://kv.example:8443/x": "kv.example:8443", "127.0.0.1:1": "127.0.0.1:1", "https://[::1]:2": "[::1]:2", "KV.example": "kv.example:443",
	} {
		if got := endpoint(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
