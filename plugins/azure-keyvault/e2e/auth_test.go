package e2e

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

const (
	user      = "12345678-0000-4000-8000-00000000abcd" // a user-assigned managed identity
	app       = "12345678-0000-4000-8000-0000000000aa" // an application with all that it may have
	expired   = "12345678-0000-4000-8000-0000000000ee" // an application whose secret has expired
	abroad    = "99999999-2222-3333-4444-555555555555" // a tenant that the vault is not of
	system    = "aaaaaaaa-0000-4000-8000-000000000001"
	azCLI     = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	azPwsh    = "1950a258-227b-4e31-a9cf-717495945fc2"
	appSecret = "secret-of-the-application"
)

// asApplication are the settings of everything that signs in as the application.
const asApplication = "tenant_id: " + emulator.DefaultTenant + ", client_id: " + app

// signIn is a world in which one secret is stored with some auth settings.
type signIn struct{ *world }

func newSignIn(t *testing.T, on emulator.Place, auth string, options emulator.Options) *signIn {
	t.Helper()
	known, other := certificates()
	if options.Applications != nil {
		options.Applications[0].Certificate = known.certificate
	}
	s := &signIn{newWorld(t, options)}
	tools := t.TempDir()
	if err := s.server.Tools(tools, filepath.Join(testbin.Dir(t), "keyvault-emulator")); err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("PATH")
	if on == emulator.Workstation {
		path = tools + ":" + path
	}
	s.env = append(s.server.EnvOn(on), "HOME="+s.home, "TMPDIR="+os.TempDir(), "PATH="+path)
	s.write("certificate.pem", known.file)
	s.write("other.pem", other.file)
	s.write("secret.txt", appSecret+"\n")
	if strings.Contains(auth, "token.jwt") || strings.Contains(auth, "ID_TOKEN") {
		s.write("token.jwt", s.server.Assertion(emulator.KubernetesIssuer, emulator.KubernetesSubject, emulator.ExchangeAudience, time.Now()))
	}
	if strings.Contains(auth, "old.jwt") {
		s.write("old.jwt", s.server.Assertion(emulator.KubernetesIssuer, emulator.KubernetesSubject, emulator.ExchangeAudience, time.Now().Add(-24*time.Hour)))
	}
	s.write("Secretfile.yml", "providers:\n  azure:\n    auth: "+auth+`
secrets:
  - name: a
    kind: random_string
    targets: [{provider: azure, kind: key_vault, config: {vault_url: "https://auth-kv.vault.azure.net"}}]
`)
	return s
}

// directory is where the application is registered, with all that it may have.
func directory() emulator.Options {
	return emulator.Options{Applications: []emulator.Application{
		{ID: app, Secret: appSecret, Trusts: []emulator.Trust{
			{Issuer: emulator.KubernetesIssuer, Subject: emulator.KubernetesSubject},
			{Issuer: emulator.GitHubIssuer, Subject: emulator.GitHubSubject},
			{Issuer: emulator.PipelinesIssuer, Subject: emulator.PipelinesSubject},
		}},
		{ID: expired, Secret: appSecret, SecretExpires: time.Now().Add(-time.Hour)},
		{ID: emulator.KubernetesClient, Trusts: []emulator.Trust{{Issuer: emulator.KubernetesIssuer, Subject: emulator.KubernetesSubject}}},
	}}
}

// pair is a certificate, and the text of a file with it and its key.
type pair struct {
	certificate *x509.Certificate
	file        string
}

// certificates are one that the application knows and one that it does not.
var certificates = sync.OnceValues(func() (known, other pair) { return newPair(), newPair() })

func newPair() pair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sz"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pair{certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))}
}

var trustFlag = regexp.MustCompile(`--trust (sha256:[0-9a-f]{64})`)

// approved runs sz as who has read what the project asks for and approves of exactly
// that, in the settings of a job.
func (s *signIn) approved(args ...string) outcome {
	s.t.Helper()
	o := s.sz(args...)
	if reach := trustFlag.FindStringSubmatch(o.stderr); o.code == 5 && reach != nil {
		if requests := s.server.Requests(); len(requests) > 0 {
			s.t.Errorf("%d requests before anybody approved", len(requests))
		}
		s.env = append(s.env, "SZ_TRUST="+reach[1])
		o = s.sz(args...)
	}
	return o
}

// stored applies, and fails unless the secret came to the vault from an application.
func (s *signIn) stored(as string) {
	s.t.Helper()
	if o := s.approved("apply", "--auto-approve"); o.code != 0 {
		s.t.Fatalf("exit code %d\n%s", o.code, o)
	}
	s.cameAs(as)
}

// cameAs fails unless everything that the vault let in came from one application.
func (s *signIn) cameAs(want string) {
	s.t.Helper()
	for _, r := range s.server.Requests() {
		if r.Host == "auth-kv.vault.azure.net" && r.Status != 401 && r.AppID != want {
			s.t.Errorf("%s %s came as %q, want %q", r.Method, r.Path, r.AppID, want)
		}
	}
	if s.server.Count("PUT") != 1 {
		s.t.Errorf("%d PUTs, want 1", s.server.Count("PUT"))
	}
}

// TestEveryKindOfAuthenticationReachesTheVault looks into the emulator's log for who
// came.
func TestEveryKindOfAuthenticationReachesTheVault(t *testing.T) {
	environment := []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=" + app}
	for _, c := range []struct {
		name, auth string
		on         emulator.Place
		env        []string
		app        string
	}{
		{"default", "{kind: default}", emulator.AppService, nil, system},
		{"nothing said", "{}", emulator.AppService, nil, system},
		{"default on a workstation", "{kind: default}", emulator.Workstation, []string{"AZURE_TOKEN_CREDENTIALS=dev"}, azCLI},
		{"default with AZURE_TOKEN_CREDENTIALS", "{kind: default, require_token_credentials: true}", emulator.AppService, []string{"AZURE_TOKEN_CREDENTIALS=prod"}, system},
		{"default of an application", "{kind: default}", emulator.AppService, append(environment, "AZURE_CLIENT_SECRET="+appSecret), app},
		{"env with a secret", "{kind: env}", emulator.AppService, append(environment, "AZURE_CLIENT_SECRET="+appSecret), app},
		{"env with a certificate", "{kind: env}", emulator.AppService, append(environment, "AZURE_CLIENT_CERTIFICATE_PATH=PROJECT/certificate.pem"), app},
		{"managed identity", "{kind: managed_identity}", emulator.AppService, nil, system},
		{"user-assigned", "{kind: managed_identity, client_id: " + user + "}", emulator.AppService, nil, user},
		{"user-assigned under config", "{kind: managed_identity, config: {client_id: " + user + "}}", emulator.AppService, nil, user},
		{"by object id", "{kind: managed_identity, object_id: " + user + "}", emulator.AppService, nil, user},
		{"by resource id", "{kind: managed_identity, resource_id: /subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sz}", emulator.AppService, nil, "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sz"},
		{"workload identity", "{kind: workload_identity}", emulator.Kubernetes, nil, emulator.KubernetesClient},
		{"workload identity as stated", "{kind: workload_identity, " + asApplication + ", token_file: token.jwt}", emulator.Kubernetes, nil, app},
		{"cli", "{kind: cli}", emulator.Workstation, nil, azCLI},
		{"cli in a tenant", "{kind: cli, tenant_id: " + emulator.DefaultTenant + ", subscription: my subscription}", emulator.Workstation, nil, azCLI},
		{"azd", "{kind: azd}", emulator.Workstation, nil, azCLI},
		{"powershell", "{kind: powershell}", emulator.Workstation, nil, azPwsh},
		{"client secret", "{kind: client_secret, " + asApplication + ", client_secret: \"${APP_SECRET}\"}", emulator.AppService, []string{"APP_SECRET=" + appSecret}, app},
		{"client secret in a file", "{kind: client_secret, " + asApplication + ", client_secret_file: secret.txt}", emulator.AppService, nil, app},
		{"client certificate", "{kind: client_certificate, " + asApplication + ", certificate_path: certificate.pem}", emulator.AppService, nil, app},
		{"client certificate with its chain", "{kind: client_certificate, " + asApplication + ", certificate_path: certificate.pem, send_chain: true}", emulator.AppService, nil, app},
		{"client assertion", "{kind: client_assertion, " + asApplication + ", token_file: token.jwt}", emulator.AppService, nil, app},
		{"client assertion of the environment", "{kind: oidc, " + asApplication + ", assertion: \"${ID_TOKEN}\"}", emulator.AppService, []string{"ID_TOKEN=TOKEN"}, app},
		{"github", "{kind: github, " + asApplication + "}", emulator.GitHub, nil, app},
		{"pipelines", "{kind: pipelines, " + asApplication + ", service_connection_id: " + emulator.ServiceConnection + "}", emulator.Pipelines, nil, app},
		{"pipelines as stated", "{kind: pipelines, " + asApplication + ", service_connection_id: " + emulator.ServiceConnection + ", system_access_token: \"${SYSTEM_ACCESSTOKEN}\"}", emulator.Pipelines, nil, app},
		{"chain", "{kind: chain, chain: [{kind: workload_identity}, {kind: github, " + asApplication + "}, {kind: cli}]}", emulator.Workstation, nil, azCLI},
		{"chain with the first", "{kind: chain, chain: [{kind: github, " + asApplication + "}, {kind: cli}]}", emulator.GitHub, nil, app},
		{"chain under config", "{kind: chain, config: {chain: [{kind: client_secret, " + asApplication + ", client_secret_file: secret.txt}]}}", emulator.AppService, nil, app},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSignIn(t, c.on, c.auth, directory())
			for _, variable := range c.env {
				variable = strings.Replace(variable, "PROJECT", s.dir, 1)
				if variable == "ID_TOKEN=TOKEN" {
					variable = "ID_TOKEN=" + s.read("token.jwt")
				}
				s.env = append(s.env, variable)
			}
			s.stored(c.app)
		})
	}
}

// A tenant that is listed may be asked for a token, and no other.
func TestListedTenantIsSignedInTo(t *testing.T) {
	auth := "{kind: client_secret, tenant_id: " + abroad + ", client_id: " + app + ", client_secret_file: secret.txt%s}"
	s := newSignIn(t, emulator.AppService, fmt.Sprintf(auth, ", additionally_allowed_tenants: ["+emulator.DefaultTenant+"]"), emulator.Options{})
	s.stored(app)
}

// The address of a vault says which cloud it is in, and so where to sign in.
func TestVaultOfAnotherCloud(t *testing.T) {
	auth := "{kind: client_secret, " + asApplication + ", client_secret_file: secret.txt}"
	s := newSignIn(t, emulator.AppService, auth, directory())
	s.write("Secretfile.yml", strings.Replace(s.read("Secretfile.yml"), "auth-kv.vault.azure.net", "auth-kv.vault.usgovcloudapi.net", 1))
	if o := s.approved("apply", "--auto-approve"); o.code != 0 || s.versions() != 1 {
		t.Errorf("exit code %d\n%s", o.code, o)
	}
	for _, r := range s.server.Requests() {
		if strings.HasPrefix(r.Host, "login.") && r.Host != "login.microsoftonline.us" {
			t.Errorf("%s %s%s", r.Method, r.Host, r.Path)
		}
	}
	s.write("Secretfile.yml", strings.Replace(s.read("Secretfile.yml"), "    auth:", "    config: {cloud: public}\n    auth:", 1))
	contains(t, s.approved("plan").stderr, "[another-cloud]", "vault auth-kv is in the usgov cloud, and its provider signs in to the public cloud")
}

// TestFailedSignIns makes every mistake. Each has a message of its own that names the
// vault, whom it was tried as and what to do, and is found without a retry.
func TestFailedSignIns(t *testing.T) {
	const login = "login.microsoftonline.com"
	for _, c := range []struct {
		name, auth string
		on         emulator.Place
		env        []string
		tool       string // what az, azd or pwsh does in place of giving out a token
		says       []string
		questions  int // to the login host for a token
	}{
		{"wrong tenant", "{kind: client_secret, tenant_id: " + abroad + ", client_id: " + app + ", client_secret_file: secret.txt}", emulator.AppService, nil, "", []string{"it is in tenant " + emulator.DefaultTenant, "tried as auth.kind client_secret, client id " + app, "is of tenant " + abroad, "set auth.tenant_id: " + emulator.DefaultTenant, "az keyvault show --name auth-kv --query properties.tenantId"}, 0},
		{"no such tenant", "{kind: client_certificate, tenant_id: nowhere.example, client_id: " + app + ", certificate_path: certificate.pem}", emulator.AppService, nil, "", []string{"there is no such tenant", "az account list --query"}, 0},
		{"unknown application", "{kind: client_secret, tenant_id: " + emulator.DefaultTenant + ", client_id: " + user + ", client_secret_file: secret.txt}", emulator.AppService, nil, "", []string{"the tenant has no such application", "az ad sp show --id " + user}, 1},
		{"cli in another tenant", "{kind: cli}", emulator.Workstation, nil, "exec '%s' az \"$@\" --tenant " + abroad, []string{"is of tenant " + abroad, "identity: person with object id ", "az login --tenant " + emulator.DefaultTenant}, 0},
		{"expired secret", "{kind: client_secret, tenant_id: " + emulator.DefaultTenant + ", client_id: " + expired + ", client_secret: \"${APP_SECRET}\"}", emulator.AppService, []string{"APP_SECRET=" + appSecret}, "", []string{"the client secret has expired", "client id " + expired, "az ad app credential reset --id " + expired + " --append"}, 1},
		{"expired secret of the environment", "{kind: env}", emulator.AppService, []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=" + expired, "AZURE_CLIENT_SECRET=" + appSecret}, "", []string{"client id " + expired, "az ad app credential reset --id " + expired}, 1},
		{"wrong secret", "{kind: client_secret, " + asApplication + ", client_secret: \"${APP_SECRET}\"}", emulator.AppService, []string{"APP_SECRET=guessed-and-wrong"}, "", []string{"the client secret is wrong", "not its id"}, 1},
		{"missing secret file", "{kind: client_secret, " + asApplication + ", client_secret_file: nowhere.txt}", emulator.AppService, nil, "", []string{"auth.client_secret_file: file nowhere.txt cannot be read: no such file", "ls -l nowhere.txt"}, 0},
		{"missing certificate", "{kind: client_certificate, " + asApplication + ", certificate_path: nowhere.pem}", emulator.AppService, nil, "", []string{"auth.certificate_path: file nowhere.pem cannot be read"}, 0},
		{"certificate outside", "{kind: client_certificate, " + asApplication + ", certificate_path: ../certificate.pem}", emulator.AppService, nil, "", []string{"leads out of the project directory"}, 0},
		{"no certificate in it", "{kind: client_certificate, " + asApplication + ", certificate_path: secret.txt}", emulator.AppService, nil, "", []string{"secret.txt holds no certificate with its key", "openssl pkcs12"}, 0},
		{"unknown certificate", "{kind: client_certificate, " + asApplication + ", certificate_path: other.pem}", emulator.AppService, nil, "", []string{"az ad app credential list --id " + app + " --cert", "--cert @other.pem"}, 1},
		{"missing certificate of the environment", "{kind: env}", emulator.AppService, []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=/nowhere.pem"}, "", []string{"AZURE_CLIENT_CERTIFICATE_PATH", "/nowhere.pem"}, 0},
		{"empty environment", "{kind: env}", emulator.AppService, nil, "", []string{"the environment names no application", "az ad sp create-for-rbac"}, 0},
		{"missing token file", "{kind: client_assertion, " + asApplication + ", token_file: nowhere.jwt}", emulator.AppService, nil, "", []string{"auth.token_file: file nowhere.jwt cannot be read"}, 0},
		{"missing token file of a pod", "{kind: workload_identity}", emulator.AppService, []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=/nowhere/token"}, "", []string{"file /nowhere/token cannot be read", "AZURE_FEDERATED_TOKEN_FILE"}, 0},
		{"no pod", "{kind: workload_identity}", emulator.AppService, nil, "", []string{"this pod has no workload identity", "azure.workload.identity/use"}, 0},
		{"expired token", "{kind: workload_identity, " + asApplication + ", token_file: old.jwt}", emulator.AppService, nil, "", []string{"has expired, or is not valid yet"}, 1},
		{"no token at all", "{kind: oidc, " + asApplication + ", assertion: \"${ID_TOKEN}\"}", emulator.AppService, []string{"ID_TOKEN=not-a-token-at-all"}, "", []string{"the token that says who this is cannot be read"}, 1},
		{"another subject", "{kind: github, tenant_id: " + emulator.DefaultTenant + ", client_id: " + emulator.KubernetesClient + "}", emulator.GitHub, nil, "", []string{emulator.GitHubIssuer, "az ad app federated-credential list --id " + emulator.KubernetesClient}, 1},
		{"another audience", "{kind: github, " + asApplication + ", audience: sts.amazonaws.com}", emulator.GitHub, nil, "", []string{"'sts.amazonaws.com'", "api://AzureADTokenExchange"}, 1},
		{"job without permission", "{kind: github, " + asApplication + "}", emulator.AppService, nil, "", []string{"permissions: {id-token: write}"}, 0},
		{"job's token refused", "{kind: github, " + asApplication + "}", emulator.GitHub, []string{"ACTIONS_ID_TOKEN_REQUEST_TOKEN=wrong"}, "", []string{"pipelines.actions.githubusercontent.com answered 401"}, 0},
		{"no pipeline", "{kind: pipelines, " + asApplication + ", service_connection_id: " + emulator.ServiceConnection + "}", emulator.AppService, nil, "", []string{"this is no job of Azure Pipelines"}, 0},
		{"pipeline without its token", "{kind: pipelines, " + asApplication + ", service_connection_id: " + emulator.ServiceConnection + "}", emulator.Pipelines, []string{"SYSTEM_ACCESSTOKEN="}, "", []string{"$(System.AccessToken)"}, 0},
		{"another service connection", "{kind: pipelines, " + asApplication + ", service_connection_id: " + user + "}", emulator.Pipelines, nil, "", []string{"Check service connection ID"}, 0},
		{"no az", "{kind: cli}", emulator.Workstation, []string{"PATH=/nowhere"}, "", []string{"the Azure CLI is not installed here", "az login"}, 0},
		{"nobody signed in to az", "{kind: cli}", emulator.Workstation, nil, "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", []string{"nobody is signed in to the Azure CLI", "run `az login`"}, 0},
		{"az wants a second factor", "{kind: cli}", emulator.Workstation, nil, "echo 'ERROR: AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication. Trace ID: x' >&2; exit 1", []string{"a second factor is asked for", "az login"}, 0},
		{"no azd", "{kind: azd}", emulator.Workstation, []string{"PATH=/nowhere"}, "", []string{"Azure Developer CLI is not installed"}, 0},
		{"nobody signed in to azd", "{kind: azd}", emulator.Workstation, nil, "echo '{\"type\":\"consoleMessage\",\"data\":{\"message\":\"ERROR: not logged in, run `azd auth login` to login\"}}' >&2; exit 1", []string{"azd auth login"}, 0},
		{"no pwsh", "{kind: powershell}", emulator.Workstation, []string{"PATH=/nowhere"}, "", []string{"no pwsh in PATH"}, 0},
		{"nobody signed in to pwsh", "{kind: powershell}", emulator.Workstation, nil, "echo 'Run Connect-AzAccount to login.' >&2; exit 1", []string{"Connect-AzAccount"}, 0},
		{"nothing of a chain", "{kind: chain, chain: [{kind: workload_identity}, {kind: cli}]}", emulator.Workstation, []string{"PATH=/nowhere"}, "", []string{"workload_identity, cli", "workload_identity: this pod has no workload identity", "cli: the Azure CLI is not installed", "az login"}, 0},
		{"a chain does not go on after a refusal", "{kind: chain, chain: [{kind: client_secret, tenant_id: " + emulator.DefaultTenant + ", client_id: " + expired + ", client_secret_file: secret.txt}, {kind: cli}]}", emulator.Workstation, nil, "", []string{"the client secret has expired"}, 1},
		{"nothing of the default", "{kind: default}", emulator.Workstation, []string{"AZURE_TOKEN_CREDENTIALS=dev", "PATH=/nowhere"}, "", []string{"none of the credentials that the Azure SDKs try", "AzureCLICredential", "AzurePowerShellCredential", "az login"}, 0},
		{"a wrong choice of credentials", "{kind: default}", emulator.AppService, []string{"AZURE_TOKEN_CREDENTIALS=production"}, "", []string{"set it to dev, prod"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSignIn(t, c.on, c.auth, directory())
			s.env = append(s.env, c.env...)
			if c.tool != "" {
				s.replaceTools(c.tool)
			}
			began := time.Now()
			o := s.approved("apply", "--auto-approve")
			t.Logf("%s\n%s", time.Since(began).Round(10*time.Millisecond), o.stdout+o.stderr)
			if o.code != 4 {
				t.Errorf("exit code %d, want 4", o.code)
			}
			all := o.stdout + o.stderr
			contains(t, all, append(c.says, "no token for vault auth-kv: ")...)
			noCredential(t, all)
			asked := 0
			for _, r := range s.server.Requests() {
				if r.Host == login && r.Method == "POST" {
					asked++
				}
			}
			if asked != c.questions {
				t.Errorf("%d questions for a token, want %d", asked, c.questions)
			}
			if s.versions() != 0 {
				t.Error("something was stored")
			}
		})
	}
}

// noCredential looks for anything that opens a door in what was printed.
func noCredential(t *testing.T, printed string) {
	t.Helper()
	for _, canary := range []string{appSecret, "guessed-and-wrong", "not-a-token-at-all", "eyJ", "BEGIN PRIVATE KEY"} {
		if strings.Contains(printed, canary) {
			t.Errorf("%s was printed", canary)
		}
	}
}

// replaceTools puts a script in place of az, azd and pwsh. %s in it is the emulator,
// with its environment.
func (s *signIn) replaceTools(script string) {
	s.t.Helper()
	program := filepath.Join(testbin.Dir(s.t), "keyvault-emulator")
	text := "#!/bin/sh\n"
	for _, variable := range s.server.Env() {
		text += "export '" + variable + "'\n"
	}
	text += strings.Replace(script, "%s", program, 1) + "\n"
	dir := s.t.TempDir()
	for _, tool := range []string{"az", "azd", "pwsh"} {
		if err := os.WriteFile(filepath.Join(dir, tool), []byte(text), 0o755); err != nil {
			s.t.Fatal(err)
		}
	}
	s.env = append(s.env, "PATH="+dir+":"+os.Getenv("PATH"))
}

// The identity that an app asks for must be assigned to it.
func TestManagedIdentityOfAnAppMustBeAssigned(t *testing.T) {
	for _, c := range []struct{ auth, says string }{
		{"{kind: managed_identity}", "az webapp identity assign --name NAME --resource-group GROUP"},
		{"{kind: managed_identity, client_id: " + app + "}", "[?clientId=='" + app + "'].id"},
	} {
		s := newSignIn(t, emulator.AppService, c.auth, emulator.Options{Identities: []string{user}})
		o := s.approved("apply", "--auto-approve")
		if o.code != 4 {
			t.Errorf("exit code %d, want 4\n%s", o.code, o)
		}
		contains(t, o.stdout+o.stderr, "no token for vault auth-kv: ", "not assigned to this", "tried as auth.kind managed_identity", c.says)
	}
}

// On a virtual machine the identity is behind an address that only the machine has.
func TestManagedIdentityOfAVirtualMachine(t *testing.T) {
	if !ownNetwork(t) {
		return
	}
	addAddress(t, [4]byte{169, 254, 169, 254})
	for _, c := range []struct{ auth, app, says string }{
		{"{kind: managed_identity}", system, ""},
		{"{kind: default}", system, ""},
		{"{kind: managed_identity, client_id: " + user + "}", user, ""},
		{"{kind: managed_identity, client_id: " + app + "}", "", "az vm identity assign --name NAME --resource-group GROUP --identities"},
	} {
		s := newSignIn(t, emulator.VirtualMachine, c.auth, emulator.Options{Metadata: "169.254.169.254:80", Identities: []string{user, emulator.SystemIdentity}})
		if c.says != "" {
			o := s.approved("apply", "--auto-approve")
			if o.code != 4 {
				t.Errorf("exit code %d, want 4\n%s", o.code, o)
			}
			contains(t, o.stdout+o.stderr, "the user-assigned identity is not assigned to this machine or app", c.says)
			continue
		}
		s.stored(c.app)
		if !slices.ContainsFunc(s.server.Requests(), func(r emulator.Request) bool { return r.Host == "169.254.169.254" && r.AppID == c.app }) {
			t.Errorf("%s: the metadata service was not asked for %s", c.auth, c.app)
		}
		if err := s.server.Close(); err != nil { // the next one wants the address
			t.Error(err)
		}
	}
}

// On Azure the endpoint of an app is plain HTTP on its own machine, by address or by
// name, and no proxy is on the way to it.
func TestManagedIdentityOverPlainHTTP(t *testing.T) {
	for _, name := range []string{"127.0.0.1", "localhost"} {
		s := newSignIn(t, emulator.AppService, "{kind: managed_identity}", emulator.Options{Metadata: "127.0.0.1:0"})
		s.env = append(s.server.PlainIdentityEnv(name), "HOME="+s.home, "TMPDIR="+os.TempDir(), "PATH="+os.Getenv("PATH"))
		s.stored(system)
	}
}

// Kubernetes writes the token of a pod behind links, which it turns to another one from
// time to time.
func TestTokenFileOfAPodIsALink(t *testing.T) {
	s := newSignIn(t, emulator.Kubernetes, "{kind: workload_identity}", directory())
	dir := t.TempDir()
	for _, make := range []func() error{
		func() error { return os.Mkdir(filepath.Join(dir, "..2026_11_25"), 0o755) },
		func() error { return os.Symlink("..2026_11_25", filepath.Join(dir, "..data")) },
		func() error { return os.Symlink(filepath.Join("..data", "token"), filepath.Join(dir, "token")) },
		func() error {
			token := s.server.Assertion(emulator.KubernetesIssuer, emulator.KubernetesSubject, emulator.ExchangeAudience, time.Now())
			return os.WriteFile(filepath.Join(dir, "..2026_11_25", "token"), []byte(token), 0o600)
		},
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
	}
	s.env = append(s.env, "AZURE_FEDERATED_TOKEN_FILE="+filepath.Join(dir, "token"))
	s.stored(emulator.KubernetesClient)
}

// Elsewhere nobody answers there, or whatever keeps packets back keeps silent.
// azidentity by itself would try for a minute and a half.
func TestNoManagedIdentityHere(t *testing.T) {
	if !ownNetwork(t) {
		return
	}
	metadata := [4]byte{169, 254, 169, 254}
	for _, network := range []struct {
		name    string
		prepare func()
	}{
		{"no way there", func() {}},
		{"nobody there", func() { addAddress(t, metadata) }},
		{"silence", func() { silence(t, metadata, 80) }},
	} {
		network.prepare()
		for _, c := range []struct{ auth, says string }{
			{"{kind: managed_identity}", "no managed identity endpoint is reachable from this machine"},
			{"{kind: default}", "ManagedIdentityCredential: "},
			{"{kind: chain, chain: [{kind: managed_identity}, {kind: workload_identity}]}", "managed_identity: no managed identity endpoint is reachable"},
		} {
			s := newSignIn(t, emulator.VirtualMachine, c.auth, emulator.Options{})
			began := time.Now()
			o := s.approved("plan")
			t.Logf("%s, %s: %s", network.name, c.auth, time.Since(began).Round(10*time.Millisecond))
			if o.code != 4 {
				t.Errorf("%s: exit code %d, want 4\n%s", network.name, o.code, o)
			}
			contains(t, o.stdout+o.stderr, c.says, "no token for vault auth-kv", "az login")
		}
	}
}

// TestRefusedSettings are mistakes that need no sign-in to be found.
func TestRefusedSettings(t *testing.T) {
	for _, c := range []struct {
		auth string
		says []string
	}{
		{"{kind: vscode}", []string{"[not-allowed]", "vscode is not available: run az login and use cli"}},
		{"{kind: username_password}", []string{"[not-allowed]", "username_password, device_code and interactive need a person"}},
		{"{kind: client_secret}", []string{`"tenant_id" is required with kind client_secret`, `"client_id" is required`, "one of client_secret, client_secret_file is required"}},
		{"{kind: chain, chain: [{kind: pipelines}]}", []string{`"service_connection_id" is required with kind pipelines`}},
		{"{kind: cli, client_secret: x}", []string{`"client_secret" is for kind client_secret only`}},
	} {
		s := newSignIn(t, emulator.AppService, c.auth, emulator.Options{})
		o := s.sz("validate")
		if o.code != 3 {
			t.Errorf("%s: exit code %d, want 3\n%s", c.auth, o.code, o)
		}
		contains(t, o.stderr, append(c.says, "Secretfile.yml:3:")...)
	}
	for _, c := range []struct{ provider, says string }{
		{"auth: {kind: cli, additionally_allowed_tenants: [\"*\"]}", "tenant * is not accepted from a Secretfile"},
		{"{config: {authority_host: login.attacker.example}}", "authority_host is not a host of Microsoft Entra"},
		{"{config: {disable_instance_discovery: true}}", "disable_instance_discovery is not accepted"},
		{"{config: {ca_file: ca.pem}}", "ca_file is for custom endpoints only"},
	} {
		s := newSignIn(t, emulator.AppService, "{}", emulator.Options{})
		text := strings.Replace(s.read("Secretfile.yml"), "  azure:\n    auth: {}\n", "  azure: "+strings.Replace(c.provider, "auth:", "{auth:", 1)+strings.Repeat("}", strings.Count(c.provider, "auth:"))+"\n", 1)
		s.write("Secretfile.yml", text)
		o := s.approved("plan")
		if o.code != 4 {
			t.Errorf("%s: exit code %d, want 4\n%s", c.provider, o.code, o)
		}
		contains(t, o.stdout+o.stderr, c.says, "Secretfile.yml:2:")
		if requests := s.server.Requests(); len(requests) > 0 {
			t.Errorf("%s: %d requests", c.provider, len(requests))
		}
	}
}
