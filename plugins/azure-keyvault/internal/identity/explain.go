package identity

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// refusal is why there is no token, before it is known which vault it was for.
type refusal struct {
	class  sdk.Class
	code   string
	why    string // follows "no token for vault NAME: "
	detail string
	hint   string
	path   schema.Path
	// absent is a kind of authentication that this place has not, as opposed to one
	// that was refused.
	absent bool
}

// Error is what a person needs to know.
func (r *refusal) Error() string { return r.why }

// NonRetriable keeps the SDK from trying again.
func (r *refusal) NonRetriable() {}

// explain says what kept a kind from giving a token, and what to do.
func (m *maker) explain(l Link, err error) error {
	if known, ok := errors.AsType[*refusal](err); ok {
		return signed(known, l)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	text := err.Error()
	if r := m.refusedByEntra(l, text); r != nil {
		return signed(r, l)
	}
	if r := unreachableLogin(text, m.client.Cloud.ActiveDirectoryAuthorityHost); r != nil {
		return signed(r, l)
	}
	r := &refusal{class: sdk.Authentication, code: "authentication-failed", why: "auth.kind " + l.Kind + " gave none", detail: firstLines(text), hint: kindOf(l.Kind).remedy(l.Settings)}
	for _, known := range symptoms {
		if slices.Contains(known.kinds, l.Kind) && strings.Contains(text, known.sign) {
			r.code, r.why, r.absent = known.code, known.why, known.absent
			if known.hint != "" {
				r.hint = known.hint
			}
			break
		}
	}
	return signed(r, l)
}

// signed adds whom it was tried as, as far as the settings say.
func signed(r *refusal, l Link) *refusal {
	signed := *r
	signed.detail = strings.TrimSpace(triedAs(l) + "\n" + r.detail)
	return &signed
}

// triedAs is whom a kind acts as, as far as the settings and the environment say.
func triedAs(l Link) string {
	who := "tried as auth.kind " + l.Kind
	if l.Kind == Chain {
		return who
	}
	environment := kindOf(l.Kind).environment
	for _, part := range []struct{ name, stated, variable string }{{"client id", l.ClientID, "AZURE_CLIENT_ID"}, {"tenant", l.TenantID, "AZURE_TENANT_ID"}} {
		if part.stated == "" && slices.Contains(environment, part.variable) {
			part.stated = os.Getenv(part.variable)
		}
		if part.stated != "" {
			who += ", " + part.name + " " + word(part.stated)
		}
	}
	return who
}

// What is wrong with the file that whoever answers as the agent of Azure Arc wants read.
const (
	oddKey        = "whatever answers at IDENTITY_ENDPOINT wants a file that the agent of Azure Arc never names"
	oddKeyHint    = "nothing was read; the agent answers at http://localhost:40342/metadata/identity/oauth2/token: `azcmagent show`"
	closedKey     = "the key that the agent of Azure Arc wrote cannot be read"
	closedKeyHint = "who runs sz must be in the group himds: `sudo usermod -aG himds $USER`, and log in again"
)

// symptoms are what azidentity, the tools that it runs and the endpoints that it asks
// say when something is missing.
var symptoms = []struct {
	kinds     []string
	sign      string
	code, why string
	hint      string
	absent    bool
}{
	{[]string{"cli"}, "executable not found on path", "no-program", "the Azure CLI is not installed here: there is no az in PATH", "install it (https://aka.ms/azure-cli) and run `az login`, or choose another auth.kind", true},
	{[]string{"azd"}, "executable not found on path", "no-program", "the Azure Developer CLI is not installed here: there is no azd in PATH", "install it (https://aka.ms/azd) and run `azd auth login`, or use kind: cli", true},
	{[]string{"powershell"}, "executable not found on path", "no-program", "PowerShell is not installed here: there is no pwsh in PATH", "install it and run `Connect-AzAccount`, or use kind: cli", true},
	{[]string{"powershell"}, "Az.Accounts module not found", "no-program", "PowerShell has no module Az.Accounts", "run `Install-Module Az.Accounts`, then `Connect-AzAccount`", true},
	{[]string{"cli"}, "az login", "not-logged-in", "nobody is signed in to the Azure CLI, or the sign-in has expired", "", true},
	{[]string{"azd"}, "azd auth login", "not-logged-in", "nobody is signed in to the Azure Developer CLI, or the sign-in has expired", "", true},
	{[]string{"azd"}, "not logged in", "not-logged-in", "nobody is signed in to the Azure Developer CLI", "", true},
	{[]string{"powershell"}, "Connect-AzAccount", "not-logged-in", "nobody is signed in to Azure PowerShell, or the sign-in has expired", "", true},
	{[]string{"cli", "azd", "powershell"}, "signal: killed", "no-answer", "the program did not answer in time", "", false},
	{[]string{ManagedIdentity}, "isn't assigned to this resource", "identity-not-assigned", "the user-assigned identity is not assigned to this machine or app", "", true},
	{[]string{ManagedIdentity}, "failed to authenticate a system assigned identity", "identity-not-assigned", "this machine or app has no system-assigned identity", "", true},
	{[]string{ManagedIdentity}, "Unable to load the proper Managed Identity", "identity-not-assigned", "the identity is not assigned to this app", "", true},
	{[]string{ManagedIdentity}, "No managed service identity was found", "identity-not-assigned", "the identity is not assigned to this app", "", true},
	{[]string{ManagedIdentity}, "No User Assigned or Delegated Managed Identity found", "identity-not-assigned", "the user-assigned identity is not assigned to this app", "", true},
	{[]string{ManagedIdentity}, "Cloud Shell doesn't support user-assigned", "no-user-assigned", "Cloud Shell has the identity of who opened it and no other", "leave out client_id, object_id and resource_id", false},
	{[]string{ManagedIdentity}, "Azure ML supports specifying", "no-user-assigned", "Azure Machine Learning knows user-assigned identities by their client_id only", "`az identity show --ids RESOURCE_ID --query clientId -o tsv` tells it", false},
	{[]string{ManagedIdentity}, "Service Fabric API doesn't support specifying", "no-user-assigned", "an application of Service Fabric has the identity that its manifest binds, and cannot choose", "leave out client_id, object_id and resource_id, and bind the identity in the manifest (IdentityBindingPolicy)", false},
	{[]string{ManagedIdentity, Default}, "did not match IDENTITY_SERVER_THUMBPRINT", "wrong-thumbprint", "whatever answers at IDENTITY_ENDPOINT has another certificate than IDENTITY_SERVER_THUMBPRINT names", "Service Fabric sets both; restart the application for its present certificate", false},
	{[]string{ManagedIdentity}, "IDENTITY_SERVER_THUMBPRINT must be", "wrong-thumbprint", "IDENTITY_SERVER_THUMBPRINT is no thumbprint of a certificate", "Service Fabric sets it, to 40 hexadecimal digits; elsewhere unset it", false},
	{[]string{ManagedIdentity, Default}, "failed to get metadata for /var/opt/azcmagent", "arc-key", closedKey, closedKeyHint, false},
	{[]string{ManagedIdentity, Default}, "failed to read \"/var/opt/azcmagent", "arc-key", closedKey, closedKeyHint, false},
	{[]string{ManagedIdentity, Default}, "invalid file path, expected", "not-arc", oddKey, oddKeyHint, false},
	{[]string{ManagedIdentity, Default}, "invalid file extension, expected", "not-arc", oddKey, oddKeyHint, false},
	{[]string{ManagedIdentity, Default}, "invalid secret file size", "not-arc", oddKey, oddKeyHint, false},
	{[]string{ManagedIdentity, Default}, "expected a 401 response, received", "not-arc", "whatever answers at IDENTITY_ENDPOINT does not do so as the agent of Azure Arc", "is the agent well? `azcmagent show`, `azcmagent check`", false},
	{[]string{ManagedIdentity}, "azure arc did not confirm", "identity-not-assigned", "the agent of Azure Arc did not confirm that it has this user-assigned identity", "leave out client_id, object_id and resource_id for the identity of the machine; `azcmagent version` tells whether the agent is an old one that knows no other", true},
	{[]string{ManagedIdentity}, "ManagedIdentityNotFound", "identity-not-assigned", "the identity is not assigned here", "", true},
	{[]string{ManagedIdentity}, "SecretHeaderNotFound", "identity-refused", "the managed identity endpoint does not take the secret of the environment", "the place sets it, and it may be that of an earlier start: begin anew", false},
	{[]string{"env"}, "missing environment variable", "no-environment", "the environment names no application to sign in as", "", true},
	{[]string{"env"}, "incomplete environment variable configuration", "no-environment", "the environment names an application and neither its secret nor its certificate", "", true},
	{[]string{"env"}, "failed to read certificate file", "unreadable-file", "the certificate that AZURE_CLIENT_CERTIFICATE_PATH names cannot be read", "", false},
	{[]string{"workload_identity"}, "specified. Check pod configuration", "no-environment", "this pod has no workload identity", "", true},
	{[]string{Default}, "AZURE_TOKEN_CREDENTIALS must be set", "bad-token-credentials", "AZURE_TOKEN_CREDENTIALS does not say which credentials to try, and auth.require_token_credentials wants it to", "set it to dev, prod or the name of one credential, such as AzureCLICredential", false},
	{[]string{Default}, "failed to acquire a token", "authentication-failed", "none of the credentials that the Azure SDKs try is to be had here", "", true},
	{[]string{Default}, "invalid AZURE_TOKEN_CREDENTIALS", "bad-token-credentials", "AZURE_TOKEN_CREDENTIALS does not say which credentials to try", "set it to dev, prod or the name of one credential, such as AzureCLICredential", false},
}

// unreadable is a file of the settings that cannot be read. Without a key the
// environment names it.
func (m *maker) unreadable(key, path string, err error) *refusal {
	r := &refusal{
		class: sdk.Authentication, code: "unreadable-file", absent: errors.Is(err, fs.ErrNotExist),
		why: fmt.Sprintf("file %s cannot be read: %v", word(path), err), hint: "is the path right, and may this user read it? `ls -l " + quoted(path) + "`",
	}
	if key != "" {
		r.path = append(append(schema.Keys("auth"), m.prefix...), schema.Step{Key: key})
		r.why = "auth." + key + ": " + r.why
	} else {
		r.hint += "; AZURE_FEDERATED_TOKEN_FILE names it, which the workload identity webhook sets in pods that have the label azure.workload.identity/use: \"true\""
	}
	return r
}

func (m *maker) badCertificate(s Settings, err error) *refusal {
	return &refusal{
		class: sdk.Authentication, code: "bad-certificate", path: append(append(schema.Keys("auth"), m.prefix...), schema.Step{Key: "certificate_path"}),
		why:    fmt.Sprintf("%s holds no certificate with its key that can be read", word(s.CertificatePath)),
		detail: clip(err.Error()),
		hint:   "it must be PEM with a certificate and an unencrypted key, or PKCS#12 with a SHA-1 MAC: `openssl pkcs12 -in " + quoted(s.CertificatePath) + " -nodes -out certificate.pem` makes one of the other",
	}
}

// unreachableLogin is a login host that no answer comes from. azidentity passes the
// error on as a text.
func unreachableLogin(text, authority string) *refusal {
	host := strings.Trim(strings.TrimPrefix(authority, "https://"), "/")
	connection := slices.ContainsFunc([]string{"dial tcp", "no such host", "proxyconnect", "x509:", "EOF", "connection reset"}, func(sign string) bool { return strings.Contains(text, sign) })
	if !connection || !strings.Contains(text, host) {
		return nil
	}
	r := &refusal{class: sdk.Unavailable, code: "login-unreachable", why: host + " cannot be reached to get one", detail: firstLines(text), hint: "check the network and the proxy: `curl -sS https://" + host + "/common/.well-known/openid-configuration`"}
	if strings.Contains(text, "x509:") {
		r.why, r.hint = "the certificate of "+host+" is not trusted here", "is there a proxy that opens TLS? SSL_CERT_FILE names a file with the authorities to trust"
	}
	if strings.Contains(text, "the proxy of the environment") {
		r.hint += "; HTTPS_PROXY is set"
	}
	return r
}

// firstLines is the beginning of a foreign text, without the rulers that azidentity
// draws into it.
func firstLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.Trim(line, "-{} \t") != "" && !strings.HasPrefix(line, "To troubleshoot") && len(lines) < 8 {
			lines = append(lines, line)
		}
	}
	return clip(strings.Join(lines, "\n"))
}

func clip(text string) string {
	if len(text) > 1024 {
		return strings.ToValidUTF8(text[:1024], "") + "…"
	}
	return text
}

// word is a foreign text as a part of a sentence.
func word(text string) string {
	if text == "" {
		return "none"
	}
	return quoted(clip(text))
}

// quoted is a text as one word of a command line.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._:/@-", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
