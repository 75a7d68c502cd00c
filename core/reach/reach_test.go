package reach

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/grant"
	"github.com/secretzero/sz/core/plan"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
	"github.com/secretzero/sz/sdk/schema"
)

// azure and stranger are kinds of provider with as much of a schema as matters here.
var (
	text      = schema.Type{Kind: schema.String}
	authOf    = schema.Object{Attributes: []schema.Attribute{{Name: "kind", Type: text}, {Name: "tenant_id", Type: text}, {Name: "client_id", Type: text}, {Name: "client_secret", Type: text, Sensitive: true}}}
	azure     = schema.Object{Attributes: []schema.Attribute{{Name: "auth", Type: schema.Type{Kind: schema.Map, Object: &authOf}}, {Name: "authority_host", Type: text}}}
	keyVault  = schema.Object{Attributes: []schema.Attribute{{Name: "vault_url", Type: text, Identity: true}, {Name: "secret_name", Type: text, Identity: true}, {Name: "custom_endpoint", Type: schema.Type{Kind: schema.Bool}}, {Name: "note", Type: text}}}
	scriptObj = schema.Object{Attributes: []schema.Attribute{{Name: "command", Type: text}, {Name: "args", Type: schema.Type{Kind: schema.List}}, {Name: "variables", Type: schema.Type{Kind: schema.Map}}, {Name: "stdin", Type: text, Sensitive: true}, {Name: "shell", Type: schema.Type{Kind: schema.Bool}}}}
)

type kinds struct{}

func (kinds) Generator(kind string) (schema.Object, bool) {
	if kind == "script" {
		return scriptObj, true
	}
	return schema.Object{}, kind == "made"
}
func (kinds) Provider(string) (schema.Object, bool) { return azure, true }
func (kinds) Target(string, string) (schema.Object, plan.Capabilities, bool) {
	return keyVault, plan.Capabilities{}, true
}
func (kinds) GeneratorFields(string) []string { return nil }
func (kinds) GeneratorFiles(string) []string  { return []string{"command", "args"} }
func (kinds) GeneratorKinds() []string        { return nil }
func (kinds) ProviderKinds() []string         { return nil }
func (kinds) TargetKinds(string) []string     { return nil }

func readFile(path string) ([]byte, error) {
	if path == "./make.sh" {
		return []byte("echo"), nil
	}
	return nil, errors.New("no such file")
}

// input is a project of one provider, which is ours or not, that asks for hosts.
func input(t *testing.T, yaml string, ours bool, hosts ...string) Input {
	t.Helper()
	env := func(name string) (string, bool) { return "of-the-environment", !strings.HasPrefix(name, "SZ_VAR_") }
	file, found := secretfile.Load("Secretfile.yml", []byte(yaml), secretfile.Options{Env: env})
	if found.HasErrors() {
		t.Fatal(found)
	}
	desired, found := plan.Build(file, kinds{}, value.Outside{Env: env, ReadFile: readFile})
	if found.HasErrors() {
		t.Fatal(found)
	}
	set := grant.Set{Network: hosts}
	plugin := Plugin{Name: "p", Version: "1.2.3", Hash: strings.Repeat("0", 64), FirstParty: ours}
	in := Input{File: file, Desired: desired}
	for _, p := range desired.Providers {
		in.Providers = append(in.Providers, Provider{
			Provider: p, Plugin: plugin, Asked: set, Named: set, Env: []string{"AZURE_CLIENT_ID"}, Config: azure,
			Target: func(string) schema.Object { return keyVault },
		})
	}
	return in
}

const head = "providers:\n  azure:\n    kind: azure\n"

func secretAt(config string) string {
	return "secrets:\n  - name: a\n    kind: made\n    targets: [{provider: azure, kind: key_vault, config: {" + config + "}}]\n"
}

func TestReach(t *testing.T) {
	const standardHost = "shop.vault.azure.net:443"
	for name, c := range map[string]struct {
		yaml  string
		ours  bool
		hosts []string
		want  []string
	}{
		"the standard":               {head + "    auth: {kind: managed_identity, client_id: 00000000-0000-0000-0000-000000000000}\n" + secretAt("vault_url: https://shop.vault.azure.net"), true, []string{standardHost, "login.microsoftonline.com:443", "login.partner.microsoftonline.cn:443"}, nil},
		"a value of the environment": {"secrets:\n  - name: a\n    kind: static\n    config: {value: \"${SMTP_PASSWORD}\"}\n    targets: [{provider: azure, kind: key_vault, config: {vault_url: https://shop.vault.azure.net}}]\n", true, []string{standardHost}, nil},
		"a mistaken host":            {secretAt("vault_url: https://shop.example"), true, []string{"shop.example:443"}, nil},
		"a custom endpoint":          {secretAt("vault_url: https://shop.example, custom_endpoint: true"), true, []string{"shop.example:443"}, []string{"plugin p: network shop.example:443"}},
		"two labels":                 {secretAt("vault_url: x, custom_endpoint: true"), true, []string{"a.b.vault.azure.net:443"}, []string{"plugin p: network a.b.vault.azure.net:443"}},
		"another port":               {secretAt("vault_url: x, custom_endpoint: true"), true, []string{"shop.vault.azure.net:8443"}, []string{"plugin p: network shop.vault.azure.net:8443"}},
		"a tenant":                   {head + "    auth: {kind: cli, tenant_id: 11111111-0000-0000-0000-000000000000}\n" + secretAt("vault_url: x"), true, nil, []string{`provider azure: auth.tenant_id = "11111111-0000-0000-0000-000000000000"`}},
		"an authority":               {head + "    config: {authority_host: https://login.evil.example}\n" + secretAt("vault_url: x"), true, nil, []string{`provider azure: authority_host = "https://login.evil.example"`}},
		"a credential as text":       {head + "    auth: {client_secret: hunter2}\n" + secretAt("vault_url: x"), true, nil, []string{"provider azure: auth.client_secret is written in the Secretfile"}},
		"environment for a plugin":   {head + "    auth: {client_secret: \"${MY_SECRET}\"}\n" + secretAt("vault_url: x"), true, nil, []string{"provider azure: auth.client_secret is given environment variable MY_SECRET"}},
		"environment it asks for":    {head + "    auth: {client_id: \"${AZURE_CLIENT_ID}\"}\n" + secretAt("vault_url: x"), true, nil, nil},
		"environment in an address":  {secretAt("vault_url: \"https://${VAULT}.vault.azure.net\""), true, nil, []string{"target key_vault: vault_url has environment variable VAULT in it"}},
		"environment elsewhere":      {secretAt("vault_url: x, note: \"${TEAM}\""), true, nil, nil},
		"a stranger": {secretAt("vault_url: x"), false, []string{"api.acme.example:443"}, []string{
			"plugin p 1.2.3, unsigned, sha256:" + strings.Repeat("0", 64), "plugin p: network api.acme.example:443",
		}},
		"a script": {scriptAt(`command: ./make.sh, args: ["-x", "a b", ./gone]`), true, nil, []string{
			`secret a runs "./make.sh" "-x" "a b" "./gone", "./make.sh" is sha256:092c79e8f80e559e404bcf660c48f3522b67aba9ff1484b0367e1a4ddef7431d`,
		}},
		"a line of the shell": {scriptAt(`command: 'echo "$SZ_ARG_x"', shell: true, variables: {x: a, y: b}`), true, nil, []string{
			`secret a runs "echo \"$SZ_ARG_x\"" in a shell, SZ_ARG_x is "a", SZ_ARG_y is "b"`,
		}},
		"a script with secrets": {scriptAt(`command: make, args: ["--lane=${LANE}"], variables: {x: "${LANE}"}, stdin: hunter2`), true, nil, []string{
			`secret a runs "make" "(sealed)", SZ_ARG_x is "(sealed)", with something on standard input`,
			"secret a: its command is given environment variable LANE",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, granted := Of(input(t, c.yaml, c.ours, c.hosts...))
			if !slices.Equal(got.Texts(), c.want) {
				t.Errorf("got  %q\nwant %q", got.Texts(), c.want)
			}
			if name == "a mistaken host" && len(granted["azure"].Network) != 0 {
				t.Errorf("granted %v", granted["azure"].Network)
			}
			if name == "the standard" && !slices.Equal(granted["azure"].Network, slices.Sorted(slices.Values(c.hosts))) {
				t.Errorf("granted %v", granted["azure"].Network)
			}
			for _, line := range got {
				if strings.Contains(line.Text, "hunter2") || strings.Contains(line.Text, "of-the-environment") {
					t.Errorf("a line holds a value: %s", line.Text)
				}
			}
		})
	}
}

func TestUserConfigurationMakesStandard(t *testing.T) {
	in := input(t, head+"    auth: {tenant_id: 11111111-0000-0000-0000-000000000000}\n"+secretAt("vault_url: x, custom_endpoint: true"), true, "kv.own.example:443", "other.example:443")
	in.Hosts, in.Tenants = []string{"*.own.example"}, []string{"11111111-0000-0000-0000-000000000000"}
	got, _ := Of(in)
	if want := []string{"plugin p: network other.example:443"}; !slices.Equal(got.Texts(), want) {
		t.Errorf("got %q, want %q", got.Texts(), want)
	}
}

// What the user's own configuration allows is standard for what it allows it for.
func TestAllowedSettingsAreStandard(t *testing.T) {
	in := input(t, head+"    config: {authority_host: login.own.example}\n    auth: {client_id: login.own.example, tenant_id: x}\n"+secretAt("vault_url: x"), true)
	in.Providers[0].Allows = func(setting, text string) bool { return setting == "authority_host" && text == "login.own.example" }
	got, _ := Of(in)
	if want := []string{`provider azure: auth.tenant_id = "x"`}; !slices.Equal(got.Texts(), want) {
		t.Errorf("got %q, want %q", got.Texts(), want)
	}
	in.Providers[0].Allows = func(string, string) bool { return false }
	if got, _ := Of(in); len(got) != 2 {
		t.Errorf("got %q", got.Texts())
	}
}

func TestDigestIsOfTheLinesAlone(t *testing.T) {
	a := Reach{{Text: "a"}, {Text: "b"}}
	if a.Digest() != (Reach{{Text: "a"}, {Text: "b"}}).Digest() || a.Digest() == (Reach{{Text: "a"}}).Digest() || a.Digest() == (Reach{}).Digest() {
		t.Error("the digest does not tell reaches apart")
	}
	if left := a.Without(func(text string) bool { return text == "a" }); len(left) != 1 || left[0].Text != "b" {
		t.Errorf("left %v", left)
	}
}

func scriptAt(config string) string {
	return "secrets:\n  - name: a\n    kind: script\n    config: {" + config + "}\n    targets: [{provider: azure, kind: key_vault, config: {vault_url: x}}]\n"
}

func TestPluginOfItself(t *testing.T) {
	p := Plugin{Name: "acme", Version: "1.0.0", Signer: "RWQ", Hash: "ab", Newer: "1.2.0"}
	got := OfPlugin(p, grant.Set{Env: []string{"TOKEN"}}).Texts()
	want := []string{"plugin acme 1.0.0 is older than 1.2.0, which was here before", "plugin acme 1.0.0, signed by RWQ, sha256:ab", "plugin acme: env TOKEN"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.Signer, p.Newer, p.Interpreter = "", "", "/usr/bin/python3"
	if got := OfPlugin(p, grant.Set{}).Texts(); !slices.Equal(got, []string{"plugin acme 1.0.0, unsigned, sha256:ab, run by /usr/bin/python3"}) {
		t.Errorf("of a script: %q", got)
	}
	if len(OfPlugin(Plugin{FirstParty: true}, grant.Set{})) != 0 {
		t.Error("a plugin that comes with sz needs approval")
	}
}
