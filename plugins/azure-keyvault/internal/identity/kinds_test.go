package identity

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// enum are the texts that a field of a configuration allows.
func enum(t reflect.Type, field string) []string {
	f, _ := t.FieldByName(field)
	return strings.Split(f.Tag.Get("enum"), ",")
}

func TestKindsOfTheTableAreThoseOfTheConfiguration(t *testing.T) {
	links := enum(reflect.TypeFor[Link](), "Kind")
	for _, k := range kinds {
		if k.name != Default && !slices.Contains(links, k.name) || !slices.Contains(enum(reflect.TypeFor[Config](), "Kind"), k.name) {
			t.Errorf("%s is not in the configuration", k.name)
		}
	}
	if len(links) != len(kinds)-1 || len(enum(reflect.TypeFor[Config](), "Kind")) != len(kinds)+1 {
		t.Error("the configuration has kinds that the table has not")
	}
	taken := map[string]bool{}
	for _, k := range kinds {
		for _, key := range k.takes {
			taken[key] = true
		}
		for _, group := range append(slices.Clone(k.wants), k.oneOf) {
			for _, key := range group {
				if !slices.Contains(k.takes, key) {
					t.Errorf("%s wants %s and does not take it", k.name, key)
				}
			}
		}
	}
	settings := reflect.TypeFor[Settings]()
	for i := range settings.NumField() {
		if key := settings.Field(i).Tag.Get("sz"); !taken[key] {
			t.Errorf("no kind takes %s", key)
		}
	}
}

// asked are the permissions of one kind that count when it is configured alone.
func asked(kind sdk.Permission, name string) []string {
	var list []string
	for _, p := range Permissions() {
		if p.Kind == kind.Kind && p.WhenPath == "auth.kind" && slices.Contains(p.WhenEquals, name) {
			list = append(list, p.Value)
		}
	}
	slices.Sort(list)
	return list
}

// A kind is given the names that its credential reads, and those only.
func TestEnvironmentOfAKind(t *testing.T) {
	for name, want := range map[string]string{
		"client_secret":      "",
		"client_certificate": "",
		"client_assertion":   "",
		"oidc":               "",
		"github":             "ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL",
		"pipelines":          "SYSTEM_ACCESSTOKEN SYSTEM_OIDCREQUESTURI",
		"managed_identity":   "DEFAULT_IDENTITY_CLIENT_ID IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IMDS_ENDPOINT MSI_ENDPOINT MSI_SECRET",
		"workload_identity":  "AZURE_AUTHORITY_HOST AZURE_CLIENT_ID AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID",
		"cli":                "AZURE_CONFIG_DIR HOME PATH SYSTEMROOT USERPROFILE",
		"azd":                "AZD_CONFIG_DIR HOME PATH SYSTEMROOT USERPROFILE",
		"powershell":         "HOME PATH PSModulePath SYSTEMROOT USERPROFILE",
	} {
		if got := strings.Join(asked(sdk.Permission{Kind: sdk.Environment}, name), " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := asked(sdk.Permission{Kind: sdk.Execute}, "client_secret"); len(got) != 0 {
		t.Errorf("client_secret runs %v", got)
	}
	if got := asked(sdk.Permission{Kind: sdk.Network}, "cli"); len(got) != 0 {
		t.Errorf("cli connects to %v itself", got)
	}
	var programs []string
	for _, line := range asked(sdk.Permission{Kind: sdk.Execute}, Default) {
		program, _, _ := strings.Cut(line, " ")
		programs = append(programs, program)
	}
	if got := strings.Join(slices.Compact(programs), " "); got != "az azd pwsh" {
		t.Errorf("default runs %s", got)
	}
}

// A kind in a chain asks for the same as alone.
func TestChainAsksForWhatItsKindsDo(t *testing.T) {
	for _, p := range Permissions() {
		if p.WhenPath != "auth.kind" || slices.Equal(p.WhenEquals, []string{Default}) {
			continue
		}
		twin := slices.ContainsFunc(Permissions(), func(q sdk.Permission) bool {
			of := slices.DeleteFunc(slices.Clone(p.WhenEquals), func(k string) bool { return k == Default })
			return q.WhenPath == "auth.chain.kind" && q.Kind == p.Kind && slices.Equal(q.WhenEquals, of) && strings.Replace(q.Value, "auth.chain.", "auth.", 1) == p.Value
		})
		if !twin {
			t.Errorf("%s of %v is not asked for in a chain", p.Value, p.WhenEquals)
		}
	}
}

func TestSettingsAreForTheirKinds(t *testing.T) {
	const id = "00000000-0000-4000-8000-000000000000"
	object := schemaOf()
	for _, c := range []struct{ name, settings, want string }{
		{"nothing", "", ""},
		{"client secret", "kind=client_secret tenant_id=" + id + " client_id=" + id + " client_secret_file=f", ""},
		{"client secret without any", "kind=client_secret", "tenant_id client_id client_secret"},
		{"two secrets", "kind=client_secret tenant_id=t client_id=" + id + " client_secret=x client_secret_file=f", "client_secret_file"},
		{"two identities", "kind=managed_identity client_id=" + id + " object_id=" + id, "object_id"},
		{"another kind's setting", "kind=cli client_id=" + id, "client_id"},
		{"a secret without its kind", "client_secret=x", "client_secret"},
		{"chain without links", "kind=chain", "chain"},
		{"vscode", "kind=vscode", "kind"},
	} {
		var fields []schema.Field
		for _, pair := range strings.Fields(c.settings) {
			key, value, _ := strings.Cut(pair, "=")
			fields = append(fields, schema.Field{Name: key, Value: schema.NewString(value)})
		}
		var at []string
		for _, fault := range object.Check(schema.NewMap(fields)) {
			at = append(at, fault.Path.String())
		}
		if got := strings.Join(at, " "); got != c.want {
			t.Errorf("%s: faults at %q, want %q", c.name, got, c.want)
		}
	}
}

func TestKindsThatThereAreNotHaveARemedy(t *testing.T) {
	for _, kind := range []string{"vscode", "username_password", "device_code", "interactive"} {
		faults := schemaOf().Check(schema.NewMap([]schema.Field{{Name: "kind", Value: schema.NewString(kind)}}))
		if len(faults) == 0 || !strings.Contains(faults[0].Hint, kind) || !strings.Contains(faults[0].Hint, "use cli") {
			t.Errorf("%s: %+v", kind, faults)
		}
	}
}

// schemaOf is the schema of the auth settings, as the host sees it.
func schemaOf() schema.Object {
	provider := sdk.ProviderOf[Config, int]{Kind: "azure", Permissions: Permissions()}
	return sdk.NewHandler(sdk.Plugin{Name: "azure", Version: "0.0.0", Providers: []sdk.Provider{provider}}).Describe().Providers[0].Config
}
