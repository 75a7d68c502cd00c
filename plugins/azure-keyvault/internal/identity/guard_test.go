package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/secretzero/sz/sdk"
)

const (
	ours   = "aaaaaaaa-0000-4000-8000-00000000000a"
	theirs = "bbbbbbbb-0000-4000-8000-00000000000b"
	object = "cccccccc-0000-4000-8000-00000000000c"
)

func tokenOf(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return "e30." + base64.RawURLEncoding.EncodeToString(body) + ".signature"
}

// source gives tokens of the tenant that it is asked for, or of its own.
type source struct {
	own    string
	asked  []policy.TokenRequestOptions
	failed error
}

func (s *source) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	s.asked = append(s.asked, o)
	tenant := o.TenantID
	if tenant == "" {
		tenant = s.own
	}
	claims := map[string]any{"oid": object}
	if tenant != "adfs" {
		claims["tid"] = tenant
	}
	return azcore.AccessToken{Token: tokenOf(claims), ExpiresOn: time.Now().Add(time.Hour)}, s.failed
}

func guarded(t *testing.T, c Config, s *source) azcore.TokenCredential {
	t.Helper()
	credential, err := New(c, Options{Info: sdk.OpenInfo{Allowed: map[string][]string{"tenants": {"*"}}}})
	if err != nil {
		t.Fatal(err)
	}
	credential.made, credential.cloud = s, "public"
	return credential.For(Store{Name: "shop-kv", Host: "shop-kv.vault.azure.net", Resource: "https://vault.azure.net"})
}

// A vault says which token it wants. What it may not have it does not get, and where
// that can be known nobody is even asked for one.
func TestVaultGetsNoTokenButItsOwn(t *testing.T) {
	const vault = "https://vault.azure.net/.default"
	for _, c := range []struct {
		name, own      string
		config         Config
		tenant, scope  string
		code, mentions string
		tenantAsked    string
		questions      int
	}{
		{"own tenant", ours, Config{Kind: "cli"}, ours, vault, "", "", "", 1},
		{"own tenant, configured", ours, Config{Kind: "cli", Settings: Settings{TenantID: ours}}, strings.ToUpper(ours), vault, "", "", "", 1},
		{"another tenant", ours, Config{Kind: "cli"}, theirs, vault, "wrong-tenant", "az login --tenant " + theirs, "", 1},
		{"another tenant than configured", ours, Config{Kind: "client_secret", Settings: Settings{TenantID: ours}}, theirs, vault, "wrong-tenant", "additionally_allowed_tenants: [" + theirs + "]", "", 0},
		{"a listed tenant", ours, Config{Kind: "client_secret", Settings: Settings{TenantID: ours}, AdditionallyAllowedTenants: []string{theirs}}, theirs, vault, "", "", theirs, 1},
		{"every tenant", ours, Config{Kind: "client_secret", Settings: Settings{TenantID: ours}, AdditionallyAllowedTenants: []string{"*"}}, theirs, vault, "", "", theirs, 1},
		{"every tenant, and one that is none", ours, Config{Kind: "client_secret", Settings: Settings{TenantID: ours}, AdditionallyAllowedTenants: []string{"*"}}, "common", vault, "wrong-tenant", "", "", 0},
		{"a domain for a tenant", ours, Config{Kind: "cli", Settings: Settings{TenantID: "shop.example"}}, ours, vault, "", "", "", 1},
		{"a token without a tenant", "adfs", Config{Kind: "cli", Settings: Settings{TenantID: "adfs"}}, "adfs", vault, "", "", "", 1},
		{"a token without a tenant for a vault with one", "adfs", Config{Kind: "cli"}, ours, vault, "wrong-tenant", "does not tell", "", 1},
		{"no tenant at all", ours, Config{Kind: "cli"}, "common", vault, "wrong-tenant", "", "", 1},
		{"another audience", ours, Config{Kind: "cli"}, ours, "https://management.azure.com/.default", "wrong-audience", "management.azure.com", "", 0},
		{"a GUID for an audience", ours, Config{Kind: "cli"}, ours, theirs + "/.default", "wrong-audience", theirs, "", 0},
		{"the audience of another cloud", ours, Config{Kind: "cli"}, ours, "https://vault.azure.cn/.default", "wrong-audience", "", "", 0},
		{"hostile text for a tenant", ours, Config{Kind: "cli"}, "x; rm -rf /", vault, "wrong-tenant", "'x; rm -rf /'", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &source{own: c.own}
			token, err := guarded(t, c.config, s).GetToken(t.Context(), policy.TokenRequestOptions{TenantID: c.tenant, Scopes: []string{c.scope}})
			if len(s.asked) != c.questions {
				t.Errorf("%d questions, want %d", len(s.asked), c.questions)
			}
			if len(s.asked) > 0 && s.asked[0].TenantID != c.tenantAsked {
				t.Errorf("tenant %q was asked for, want %q", s.asked[0].TenantID, c.tenantAsked)
			}
			if c.code == "" {
				if err != nil || token.Token == "" {
					t.Errorf("no token: %v", err)
				}
				return
			}
			e, ok := errors.AsType[*sdk.Error](err)
			if !ok || e.Code != c.code || token.Token != "" {
				t.Fatalf("%v", err)
			}
			if all := e.Summary + e.Detail + e.Hint; !strings.Contains(all, "shop-kv") || !strings.Contains(all, c.mentions) {
				t.Errorf("%s", all)
			}
		})
	}
}

// Many secrets ask at once. The credential is asked once, whether it has a token or
// not: the Azure CLI takes half a second, and an expired secret stays expired.
func TestCredentialIsAskedOnce(t *testing.T) {
	request := policy.TokenRequestOptions{TenantID: ours, Scopes: []string{"https://vault.azure.net/.default"}}
	for name, failed := range map[string]error{"token": nil, "failure": &refusal{class: sdk.Authentication, code: "secret-expired", why: "it has expired"}} {
		s := &source{own: ours, failed: failed}
		credential := guarded(t, Config{Kind: "cli"}, s)
		done := make(chan error)
		for range 20 {
			go func() {
				_, err := credential.GetToken(t.Context(), request)
				done <- err
			}()
		}
		for range 20 {
			if err := <-done; (err == nil) != (failed == nil) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(s.asked) != 1 {
			t.Errorf("%s: asked %d times", name, len(s.asked))
		}
		request.Claims = "a claims challenge wants a new token"
		_, _ = credential.GetToken(t.Context(), request)
		if failed == nil && len(s.asked) != 2 {
			t.Errorf("%s: asked %d times after a claims challenge", name, len(s.asked))
		}
		request.Claims = ""
	}
}

func TestOneCredentialServesOneCloud(t *testing.T) {
	credential, err := New(Config{Kind: "cli"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	credential.made, credential.cloud = &source{own: ours}, "public"
	_, err = credential.For(Store{"gov-kv", "gov-kv.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"}).GetToken(t.Context(), policy.TokenRequestOptions{TenantID: ours, Scopes: []string{"https://vault.usgovcloudapi.net/.default"}})
	if e, ok := errors.AsType[*sdk.Error](err); !ok || e.Code != "two-clouds" {
		t.Errorf("%v", err)
	}
	if _, err := credential.For(Store{"kv", "kv.vault.azure.net", "https://vault.azure.net"}).GetToken(t.Context(), policy.TokenRequestOptions{TenantID: ours, Scopes: []string{"https://vault.azure.net/.default"}}); err != nil {
		t.Errorf("the cloud that it was made for: %v", err)
	}
}

func TestWhoseToken(t *testing.T) {
	for name, c := range map[string]struct {
		token, want string
	}{
		"application":    {tokenOf(map[string]any{"tid": ours, "oid": object, "appid": theirs, "idtyp": "app"}), "application with object id " + object + " (client id " + theirs + ") of tenant " + ours},
		"person":         {tokenOf(map[string]any{"tid": ours, "oid": object, "appid": theirs, "scp": "user_impersonation"}), "person with object id " + object + " of tenant " + ours},
		"second version": {tokenOf(map[string]any{"tid": ours, "oid": object, "azp": theirs}), "application with object id " + object + " (client id " + theirs + ") of tenant " + ours},
		"no GUIDs":       {tokenOf(map[string]any{"tid": "`reboot`", "oid": "$(reboot)", "appid": "\x1b[31m"}), "not known"},
		"no token":       {"opaque", "not known"},
		"no JSON":        {"a.!.c", "not known"},
		"an array":       {"a.W10.c", "not known"},
	} {
		if got := whoseToken(c.token).String(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
