package keyvault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/identity"
	"github.com/secretzero/sz/plugins/azure-keyvault/internal/vault"
	"github.com/secretzero/sz/sdk"
)

// answered is the error that the SDK makes of an answer of the service.
func answered(status int, body string) error {
	return runtime.NewResponseError(&http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
		Request: &http.Request{Method: http.MethodPut, URL: &url.URL{Scheme: "https", Host: "shop-kv.vault.azure.net", Path: "/secrets/api-key"}},
	})
}

// refused is an answer 403 as the service words it.
func refused403(message, inner string) error {
	text := `{"error":{"code":"Forbidden","message":"` + message + `"`
	if inner != "" {
		text += `,"innererror":{"code":"` + inner + `"}`
	}
	return answered(http.StatusForbidden, text+"}}")
}

// What the service says, and what a person is told of it
// (learn.microsoft.com/azure/key-vault/general/rest-error-codes, and public issues for
// the texts).
func TestErrorsNameVaultIdentityAndCommand(t *testing.T) {
	const (
		object = "cccccccc-0000-4000-8000-00000000000c"
		tenant = "aaaaaaaa-0000-4000-8000-00000000000a"
		role   = "az role assignment create --role \"Key Vault Secrets Officer\" --assignee-object-id " + object + " --assignee-principal-type ServicePrincipal --scope \"$(az keyvault show --name shop-kv --query id -o tsv)\""
		policy = "az keyvault set-policy --name shop-kv --object-id " + object + " --secret-permissions get list set delete recover"
	)
	for _, c := range []struct {
		name  string
		err   error
		class sdk.Class
		code  string
		says  []string
	}{
		{"role", refused403(`Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nAction: 'Microsoft.KeyVault/vaults/secrets/setSecret/action'\r\n`, "ForbiddenByRbac"),
			sdk.Permissions, "access-denied", []string{"no role of this identity allows it (Microsoft.KeyVault/vaults/secrets/setSecret/action)", role}},
		{"role, by its text", refused403(`Caller is not authorized to perform action on resource.`, ""), sdk.Permissions, "access-denied", []string{role}},
		{"policy", refused403(`The user, group or application 'appid=x;oid=y;iss=z' does not have secrets set permission on key vault 'shop-kv;location=westeurope'.`, "AccessDenied"),
			sdk.Permissions, "access-denied", []string{"access policy does not give this identity the permission set", policy + "`"}},
		{"policy, by its text", refused403(`The user, group or application 'appid=x' does not have secrets purge permission on key vault 'shop-kv'.`, ""), sdk.Permissions, "access-denied", []string{policy + " purge`"}},
		{"neither", refused403("Forbidden", ""), sdk.Permissions, "access-denied", []string{role, policy, "az keyvault show --name shop-kv --query properties.enableRbacAuthorization"}},
		{"firewall", refused403(`Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7\r\nCaller: appid=x`, "ForbiddenByFirewall"),
			sdk.Unavailable, "blocked-by-firewall", []string{"az keyvault network-rule add --name shop-kv --ip-address 203.0.113.7/32", "az keyvault network-rule list --name shop-kv"}},
		{"firewall, a private address", refused403(`Client address is not authorized and caller is not a trusted service.\r\nClient address: 10.1.2.3\r\n`, ""),
			sdk.Unavailable, "blocked-by-firewall", []string{"10.1.2.3, which is no public IPv4 address", "--vnet-name VNET --subnet SUBNET"}},
		{"firewall, IPv6", refused403(`Client address is not authorized.\r\nClient address: 2001:db8::1\r\n`, "ForbiddenByFirewall"), sdk.Unavailable, "blocked-by-firewall", []string{"2001:db8::1, which is no public IPv4 address"}},
		{"private endpoint", refused403(`Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nCaller: appid=x`, "ForbiddenByConnection"),
			sdk.Unavailable, "private-endpoint-only", []string{"nslookup shop-kv.vault.azure.net", "az keyvault show --name shop-kv --query properties.privateEndpointConnections"}},
		{"perimeter", refused403(`Request was not allowed by NSP rules and the client address is not authorized and caller is not a trusted service.`, "ForbiddenByPolicy"), sdk.Unavailable, "blocked-by-perimeter", []string{"network security perimeter"}},
		{"disabled", refused403("Operation get is not allowed on a disabled secret.", "SecretDisabled"), sdk.Permissions, "disabled", []string{"az keyvault secret set-attributes --vault-name shop-kv --name api-key --enabled true"}},
		{"purge protection", refused403(`Operation \"purge\" is not allowed because purge protection is enabled for this vault.`, ""), sdk.Permissions, "purge-protected", []string{"az keyvault secret show-deleted --vault-name shop-kv --name api-key"}},
		{"another tenant", answered(401, `{"error":{"code":"Unauthorized","message":"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/x/, found https://sts.windows.net/y/."}}`),
			sdk.Authentication, "token-refused", []string{"of another tenant", "az keyvault show --name shop-kv --query properties.tenantId -o tsv"}},
		{"clock", answered(401, `{"error":{"code":"Unauthorized","message":"[TokenExpired] Error validating token: 'S2S12086'."}}`), sdk.Authentication, "token-refused", []string{"date -u"}},
		{"name", answered(400, `{"error":{"code":"BadParameter","message":"The request URI contains an invalid name: api_key"}}`), sdk.InvalidConfig, "bad-secret-name", []string{"1 to 127 letters, digits and hyphens", "az keyvault secret list --vault-name shop-kv"}},
		{"size", answered(400, `{"error":{"code":"BadParameter","message":"Secret is beyond the maximum permitted length of 25600 characters.","innererror":{"code":"SecretTooLarge"}}}`), sdk.InvalidConfig, "too-large", []string{"25,600"}},
		{"deleted", answered(409, `{"error":{"code":"Conflict","message":"Secret api-key is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.","innererror":{"code":"ObjectIsDeletedButRecoverable"}}}`),
			sdk.Conflict, "soft-deleted", []string{"az keyvault secret recover --vault-name shop-kv --name api-key", "az keyvault secret purge --vault-name shop-kv --name api-key"}},
		{"being recovered", answered(409, `{"error":{"code":"Conflict","message":"Secret api-key is currently being recovered and cannot be re-created; retry later.","innererror":{"code":"ObjectIsBeingRecovered"}}}`), sdk.Conflict, "in-progress", []string{"still at work"}},
		{"throttled", answered(429, `{"error":{"code":"Throttled","message":"x"}}`), sdk.Throttled, "throttled", []string{"300 new versions in 10 seconds"}},
		{"service", answered(503, `not JSON`), sdk.Unavailable, "service-error", []string{"answered 503"}},
		{"no such host", &unreachableError{err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}}, sdk.Unavailable, "no-such-vault",
			[]string{"no host has the name shop-kv.vault.azure.net", "az keyvault show --name shop-kv --query properties.vaultUri -o tsv", "privatelink.vaultcore.azure.net"}},
		{"a challenge for another service", errors.New(`challenge resource "https://vault.azure.net" doesn't match the requested domain. Set DisableChallengeResourceVerification to true`), sdk.Authentication, "wrong-audience",
			[]string{"shop-kv.vault.azure.net asks for a token that is not for it", "nothing was sent to it"}},
		{"no name service", &net.DNSError{Err: "server misbehaving", IsTemporary: true}, sdk.Unavailable, "no-name-service", []string{"nslookup shop-kv.vault.azure.net"}},
		{"no answer", &net.OpError{Op: "dial", Err: context.DeadlineExceeded}, sdk.Unavailable, "no-answer", []string{"private endpoint only?", "az keyvault show --name shop-kv"}},
		{"unreachable", &unreachableError{err: &net.OpError{Op: "dial", Err: errors.New("the plugin has too many connections open")}}, sdk.Unavailable, "unreachable", []string{"az keyvault show --name shop-kv --query properties.vaultUri -o tsv"}},
		{"refused", &unreachableError{err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}, sdk.Unavailable, "refused", []string{"refuses connections", "nslookup shop-kv.vault.azure.net"}},
		{"no route", &unreachableError{err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}}, sdk.Unavailable, "no-route", []string{"no way leads from this machine"}},
		{"no TLS", &unreachableError{err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, handshake: true}, sdk.Unavailable, "no-tls", []string{"does not speak TLS", "openssl s_client -connect shop-kv.vault.azure.net:443"}},
		{"cut while it was secured", &unreachableError{err: io.EOF, handshake: true}, sdk.Unavailable, "no-tls", []string{"does not speak TLS"}},
		{"silent while it was secured", &unreachableError{err: os.ErrDeadlineExceeded, handshake: true}, sdk.Unavailable, "no-answer", []string{"does not answer"}},
		{"no proxy", &unreachableError{err: &net.OpError{Op: "proxyconnect", Err: errors.New("connection refused")}}, sdk.Unavailable, "no-proxy", []string{"HTTPS_PROXY"}},
		{"the proxy says no", &unreachableError{err: &net.OpError{Op: "proxyconnect", Err: &sdk.ProxyError{Status: 502, Text: "no such host"}}}, sdk.Unavailable, "blocked-by-proxy", []string{"does not let this through to shop-kv.vault.azure.net", "answered 502 no such host"}},
		{"the proxy wants a password", &unreachableError{err: &net.OpError{Op: "proxyconnect", Err: &sdk.ProxyError{Status: 407, Text: "x"}}}, sdk.Unavailable, "proxy-login", []string{"http://NAME:PASSWORD@HOST:PORT"}},
		{"not granted", &unreachableError{err: &net.OpError{Op: "dial", Err: &sdk.NotGrantedError{Host: "other"}}}, sdk.Permissions, "not-granted", []string{"other is not granted"}},
		{"wrong certificate", &url.Error{Op: "Put", URL: "https://shop-kv.vault.azure.net", Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "shop-kv.vault.azure.net"}}, sdk.Unavailable, "bad-certificate",
			[]string{"openssl s_client -connect shop-kv.vault.azure.net:443"}},
		{"stray", &strayError{"a request for shop-kv was about to go to https://attacker.example"}, sdk.Unavailable, "stray-link", []string{"attacker.example", "nothing was sent there"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := identity.Who{Tenant: tenant, Object: object}
			e := (&trouble{failure: classify(c.err), vault: vault.Vault{Name: "shop-kv", Host: "shop-kv.vault.azure.net"}, name: "api-key", who: who}).explain("storing")
			if e.Class != c.class || e.Code != c.code {
				t.Errorf("class %s, code %s", e.Class, e.Code)
			}
			all := e.Summary + "\n" + e.Detail + "\n" + e.Hint
			for _, part := range append(c.says, "storing api-key in vault shop-kv failed: ", "identity: application with object id "+object+" of tenant "+tenant) {
				if !strings.Contains(all, part) {
					t.Errorf("%q is missing in\n%s", part, all)
				}
			}
			if strings.Count(all, "`")%2 != 0 {
				t.Errorf("a command is not closed in\n%s", all)
			}
		})
	}
}

// A person is granted rights as a person, and an identity that is not known leaves a
// place to fill in.
func TestGrantsAreForTheIdentity(t *testing.T) {
	person := identity.Who{Tenant: "t", Object: "o", Person: true}
	for _, c := range []struct {
		who  identity.Who
		want string
	}{{person, "--assignee-object-id o --assignee-principal-type User "}, {identity.Who{}, "--assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal "}} {
		e := (&trouble{failure: classify(refused403("x", "ForbiddenByRbac")), vault: vault.Vault{Name: "kv"}, name: "n", who: c.who}).explain("reading")
		if !strings.Contains(e.Hint, c.want) {
			t.Errorf("%s", e.Hint)
		}
	}
}
