package identity

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// An authority gets the credential itself, and a vault chooses a tenant: neither may
// come from a repository unless it is known.
func TestSettingsOfARepositoryThatAreRefused(t *testing.T) {
	allowed := func(name string, texts ...string) sdk.OpenInfo {
		return sdk.OpenInfo{Allowed: map[string][]string{name: texts}}
	}
	own, discovery := allowed("authority_hosts", "login.own.example"), allowed("disable_instance_discovery", "true")
	both := sdk.OpenInfo{Allowed: map[string][]string{"authority_hosts": {"login.own.example"}, "disable_instance_discovery": {"true"}}}
	for _, c := range []struct {
		name        string
		config      Config
		options     Options
		environment string
		want        string // empty for none
	}{
		{"nothing", Config{Kind: "cli"}, Options{}, "", ""},
		{"the usual host", Config{Kind: "cli"}, Options{AuthorityHost: "login.microsoftonline.com"}, "", ""},
		{"as a URL", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.microsoftonline.us/"}, "", ""},
		{"AKS in China", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.partner.microsoftonline.cn"}, "", ""},
		{"a host of somebody", Config{Kind: "cli"}, Options{AuthorityHost: "login.attacker.example"}, "", "authority_host is not a host of Microsoft Entra"},
		{"a look-alike", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.microsoftonline.com.attacker.example"}, "", "authority_host is not a host"},
		{"a vault", Config{Kind: "cli"}, Options{AuthorityHost: "https://shop-kv.vault.azure.net"}, "", "authority_host is not a host"},
		{"a user", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.microsoftonline.com@attacker.example"}, "", "authority_host is not"},
		{"a port", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.microsoftonline.com:8443"}, "", "authority_host is not"},
		{"a path", Config{Kind: "cli"}, Options{AuthorityHost: "https://login.microsoftonline.com/x"}, "", "authority_host is not"},
		{"a trailing dot", Config{Kind: "cli"}, Options{AuthorityHost: "login.microsoftonline.com."}, "", "authority_host is not"},
		{"plain HTTP", Config{Kind: "cli"}, Options{AuthorityHost: "http://login.microsoftonline.com"}, "", "authority_host is not"},
		{"of the environment", Config{Kind: "env"}, Options{}, "https://login.microsoftonline.us/", ""},
		{"a strange one of the environment", Config{Kind: "env"}, Options{}, "https://login.attacker.example", "environment variable AZURE_AUTHORITY_HOST is not"},
		{"of the environment, not read", Config{Kind: "github"}, Options{}, "https://login.attacker.example", ""},
		{"instance discovery", Config{Kind: "cli"}, Options{DisableInstanceDiscovery: true}, "", "disable_instance_discovery is not accepted"},
		{"every tenant", Config{Kind: "cli", AdditionallyAllowedTenants: []string{"*"}}, Options{}, "", "tenant * is not accepted"},
		{"a host that the user allows", Config{Kind: "cli"}, Options{AuthorityHost: "https://Login.own.example/", Info: own}, "", ""},
		{"another host than the user allows", Config{Kind: "cli"}, Options{AuthorityHost: "login.other.example", Info: own}, "", `allow "azure" { authority_hosts = ["login.other.example"] }`},
		{"a host that the user allows, in the environment", Config{Kind: "env"}, Options{Info: own}, "https://login.own.example", ""},
		{"a vault that the user allows", Config{Kind: "cli"}, Options{AuthorityHost: "kv.vault.azure.net", Info: allowed("authority_hosts", "kv.vault.azure.net")}, "", "but a vault"},
		{"a star for all hosts", Config{Kind: "cli"}, Options{AuthorityHost: "login.own.example", Info: allowed("authority_hosts", "*")}, "", "authority_host is not a host of Microsoft Entra"},
		{"a host that is a star", Config{Kind: "cli"}, Options{AuthorityHost: "*", Info: allowed("authority_hosts", "*")}, "", "authority_host is not"},
		{"no discovery with an authority of one's own", Config{Kind: "cli"}, Options{AuthorityHost: "login.own.example", DisableInstanceDiscovery: true, Info: both}, "", ""},
		{"no discovery that is not allowed", Config{Kind: "cli"}, Options{AuthorityHost: "login.own.example", DisableInstanceDiscovery: true, Info: own}, "", `allow "azure" { disable_instance_discovery = true }`},
		{"no discovery with Microsoft", Config{Kind: "cli"}, Options{DisableInstanceDiscovery: true, Info: both}, "", "is for authorities that are not Microsoft's"},
		{"no discovery with an authority that is not allowed", Config{Kind: "cli"}, Options{AuthorityHost: "login.own.example", DisableInstanceDiscovery: true, Info: discovery}, "", "authority_host is not a host"},
		{"every tenant that the user allows", Config{Kind: "cli", AdditionallyAllowedTenants: []string{"*"}}, Options{Info: allowed("tenants", "*")}, "", ""},
		{"every tenant with one that is allowed", Config{Kind: "cli", AdditionallyAllowedTenants: []string{"*"}}, Options{Info: allowed("tenants", ours)}, "", "tenant * is not accepted"},
		{"a domain", Config{Kind: "cli", AdditionallyAllowedTenants: []string{"shop.example"}}, Options{}, "", "a tenant is allowed by its id"},
		{"a tenant", Config{Kind: "cli", AdditionallyAllowedTenants: []string{ours}}, Options{}, "", ""},
	} {
		t.Setenv("AZURE_AUTHORITY_HOST", c.environment)
		_, err := New(c.config, c.options)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(everythingIn(err), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// everythingIn are the texts of an error, hints included.
func everythingIn(err error) string {
	text := err.Error()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			if e, ok := errors.AsType[*sdk.Error](one); ok {
				text += "\n" + e.Summary + "\n" + e.Hint
			}
		}
	}
	return text
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	_, err := New(Config{Kind: "cli", AdditionallyAllowedTenants: []string{"*", "x"}}, Options{AuthorityHost: "x", DisableInstanceDiscovery: true})
	for _, part := range []string{"tenant *", "a tenant is allowed", "disable_instance_discovery", "authority_host"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %v", part, err)
		}
	}
}

// What the settings say of the identity is there for policies, and nothing secret is.
func TestClaimsAreWhatTheSettingsSay(t *testing.T) {
	c, err := New(Config{Kind: "client_secret", Settings: Settings{TenantID: ours, ClientID: theirs, ClientSecret: secret.FromString("canary-canary")}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []sdk.Claim{{Name: "client_id", Value: theirs}, {Name: "kind", Value: "client_secret"}, {Name: "tenant", Value: ours}}
	if got := c.Claims(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestFilesOfTheProject(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "token"), "text")
	write(filepath.Join(root, "empty"), "")
	write(filepath.Join(outside, "token"), "of somebody else")
	if err := os.Symlink(filepath.Join(outside, "token"), filepath.Join(root, "link")); err != nil {
		t.Skip(err)
	}
	o := Options{Info: sdk.OpenInfo{ProjectRoot: root}}
	for path, want := range map[string]string{
		"token": "", filepath.Join(root, "token"): "", filepath.Join(outside, "token"): "",
		"../token": "leads out of the project", "~/token": "~ is not expanded", "link": "escapes", "missing": "no such file", "empty": "it is empty", ".": "not a regular file",
	} {
		text, err := o.read(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", path, text, err)
		}
		if err != nil && strings.Contains(err.Error(), root) {
			t.Errorf("%s: the path is named twice: %v", path, err)
		}
	}
	if _, err := (Options{}).read("token"); err == nil {
		t.Error("a relative path without a project")
	}
}
