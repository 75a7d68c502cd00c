package e2e

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestManagedIdentityOfEveryPlace has azidentity, as it is, find out where it runs.
func TestManagedIdentityOfEveryPlace(t *testing.T) {
	for _, c := range []struct {
		on        emulator.Place
		auth, app string
	}{
		{emulator.ServiceFabric, "{kind: managed_identity}", system},
		{emulator.ServiceFabric, "{kind: default}", system},
		{emulator.AzureML, "{kind: managed_identity}", system},
		{emulator.AzureML, "{kind: managed_identity, client_id: " + user + "}", user},
		{emulator.AzureML, "{kind: default}", system},
		{emulator.CloudShell, "{kind: managed_identity}", system},
		{emulator.CloudShell, "{kind: default}", system},
		{emulator.CloudShell, "{kind: chain, chain: [{kind: workload_identity}, {kind: managed_identity}]}", system},
	} {
		t.Run(string(c.on)+" "+c.auth, func(t *testing.T) {
			t.Parallel()
			newSignIn(t, c.on, c.auth, emulator.Options{}).stored(c.app)
		})
	}
}

// TestManagedIdentityOfAzureArc is on a machine with the agent of Azure Arc, which has
// who asks read a file of its own. Where the environment does not name the agent, its
// program is there.
func TestManagedIdentityOfAzureArc(t *testing.T) {
	if !ownMachine(t, "/opt", "/var/opt") {
		return
	}
	if err := os.MkdirAll(emulator.ArcTokens, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		auth, app string
		on        emulator.Place
	}{
		{"{kind: managed_identity}", system, emulator.AzureArc},
		{"{kind: default}", system, emulator.AzureArc},
		{"{kind: managed_identity, client_id: " + user + "}", user, emulator.AzureArc},
		{"{kind: managed_identity}", system, emulator.VirtualMachine}, // the environment says nothing
		{"{kind: default}", system, emulator.VirtualMachine},
	} {
		options := emulator.Options{}
		if c.on == emulator.VirtualMachine {
			options.ArcAgent = "127.0.0.1:40342"
			agent := "/opt/azcmagent/bin/himds"
			if err := errors.Join(os.MkdirAll(filepath.Dir(agent), 0o755), os.WriteFile(agent, nil, 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		s := newSignIn(t, c.on, c.auth, options)
		s.stored(c.app)
		asked := 0
		for _, r := range s.server.Requests() {
			if r.APIVersion == "2020-06-01" {
				asked++
			}
		}
		if asked == 0 || asked%2 != 0 {
			t.Errorf("%s on %s: %d requests to the agent, want a challenge before each token", c.auth, c.on, asked)
		}
		if left, err := os.ReadDir(emulator.ArcTokens); err != nil || len(left) != 0 {
			t.Errorf("keys are left: %v, %v", left, err)
		}
		if err := s.server.Close(); err != nil { // the next one wants the address
			t.Error(err)
		}
	}
}

// failsAs applies where the managed identity is not to be had, says so, and tries nothing
// again.
func (s *signIn) failsAs(name string, most int, says ...string) {
	s.t.Helper()
	began := time.Now()
	o := s.approved("apply", "--auto-approve")
	s.t.Logf("%s: %s", name, time.Since(began).Round(10*time.Millisecond))
	if o.code != 4 {
		s.t.Errorf("%s: exit code %d, want 4\n%s", name, o.code, o)
	}
	contains(s.t, o.stdout+o.stderr, append(says, "no token for vault auth-kv: ", "tried as auth.kind managed_identity")...)
	noCredential(s.t, o.stdout+o.stderr)
	asked := 0
	for _, r := range s.server.Requests() {
		if r.Host != "auth-kv.vault.azure.net" && !strings.HasSuffix(r.Host, ":443") {
			asked++
		}
	}
	if asked > most {
		s.t.Errorf("%s: asked %d times, want %d at most", name, asked, most)
	}
}

// TestManagedIdentityThatIsNotToBeHad makes the mistakes of each place.
func TestManagedIdentityThatIsNotToBeHad(t *testing.T) {
	const nobody = "127.0.0.1:1"
	for _, c := range []struct {
		name, settings string
		on             emulator.Place
		env            []string
		most           int
		says           []string
	}{
		{"no app", "", emulator.AppService, []string{"IDENTITY_ENDPOINT=http://" + nobody + "/msi/token"}, 0, []string{"endpoint of this app does not answer at " + nobody, "elsewhere unset it"}},
		{"no cluster", "", emulator.ServiceFabric, []string{"IDENTITY_ENDPOINT=https://" + nobody + "/token"}, 0, []string{"endpoint of Service Fabric does not answer at " + nobody}},
		{"no compute", "", emulator.AzureML, []string{"MSI_ENDPOINT=http://" + nobody + "/token"}, 0, []string{"endpoint of Azure Machine Learning does not answer at " + nobody}},
		{"no shell", "", emulator.CloudShell, []string{"MSI_ENDPOINT=http://" + nobody + "/token"}, 0, []string{"endpoint of Cloud Shell does not answer at " + nobody, "open a new one"}},
		{"no agent", "", emulator.AzureArc, []string{"IDENTITY_ENDPOINT=http://" + nobody + "/token"}, 0, []string{"endpoint of Azure Arc does not answer at " + nobody, "azcmagent show"}},
		{"no endpoint", "", emulator.CloudShell, []string{"MSI_ENDPOINT=nonsense"}, 0, []string{"endpoint of Cloud Shell does not answer at none"}},
		{"another certificate", "", emulator.ServiceFabric, []string{"IDENTITY_SERVER_THUMBPRINT=" + strings.Repeat("0a", 20)}, 0, []string{"has another certificate than IDENTITY_SERVER_THUMBPRINT names"}},
		{"no thumbprint", "", emulator.ServiceFabric, []string{"IDENTITY_SERVER_THUMBPRINT=x"}, 0, []string{"IDENTITY_SERVER_THUMBPRINT is no thumbprint"}},
		{"another start of the application", "", emulator.ServiceFabric, []string{"IDENTITY_HEADER=guessed-and-wrong"}, 1, []string{"does not take the secret of the environment"}},
		{"an application that cannot choose", "client_id: " + user, emulator.ServiceFabric, nil, 0, []string{"has the identity that its manifest binds"}},
		{"an identity by its object", "object_id: " + user, emulator.AzureML, nil, 0, []string{"by their client_id only"}},
		{"another start of the compute", "", emulator.AzureML, []string{"MSI_SECRET=guessed-and-wrong"}, 1, []string{"does not take the secret of the environment"}},
		{"an identity that the compute has not", "client_id: " + app, emulator.AzureML, nil, 1, []string{"the identity is not assigned here", "az ml compute show"}},
		{"a shell that cannot choose", "client_id: " + user, emulator.CloudShell, nil, 0, []string{"has the identity of who opened it and no other"}},
		{"no place for keys", "", emulator.AzureArc, nil, 3, []string{"does not do so as the agent of Azure Arc", "azcmagent check"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(emulator.ArcTokens); err == nil && c.name == "no place for keys" {
				t.Skip("this machine has the agent of Azure Arc")
			}
			s := newSignIn(t, c.on, "{kind: managed_identity, "+c.settings+"}", emulator.Options{Identities: []string{user, emulator.SystemIdentity}})
			s.env = append(s.env, c.env...)
			s.failsAs(c.name, c.most, c.says...)
		})
	}
}

// TestWhoeverPlaysTheAgentOfAzureArc gets no file read to it but a key of the agent's.
func TestWhoeverPlaysTheAgentOfAzureArc(t *testing.T) {
	if !ownMachine(t, "/opt", "/var/opt") {
		return
	}
	key := func(name string, mode os.FileMode, text string) string {
		path := filepath.Join(emulator.ArcTokens, name)
		if err := errors.Join(os.MkdirAll(emulator.ArcTokens, 0o700), os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret := filepath.Join(t.TempDir(), "secret.key")
	if err := os.WriteFile(secret, []byte("of-the-user"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(emulator.ArcTokens, "link.key")
	closed := key("closed.key", 0, "x")
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	for realm, says := range map[string]string{
		secret:                                "wants a file that the agent of Azure Arc never names",
		emulator.ArcTokens + "/../" + "x.key": "wants a file that the agent of Azure Arc never names",
		emulator.ArcTokens + "/passwd":        "wants a file that the agent of Azure Arc never names",
		link:                                  "the key that the agent of Azure Arc wrote cannot be read",
		emulator.ArcTokens + "/gone.key":      "the key that the agent of Azure Arc wrote cannot be read",
		closed:                                "the key that the agent of Azure Arc wrote cannot be read",
		key("long.key", 0o600, strings.Repeat("x", 5000)): "wants a file that the agent of Azure Arc never names",
	} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			if r.Header.Get("Authorization") != "" {
				t.Errorf("%s: something was read: %d bytes", realm, len(r.Header.Get("Authorization")))
			}
			w.Header().Set("Www-Authenticate", "Basic realm="+realm)
			w.WriteHeader(http.StatusUnauthorized)
		}))
		s := newSignIn(t, emulator.AzureArc, "{kind: managed_identity}", emulator.Options{})
		s.env = append(s.env, "IDENTITY_ENDPOINT="+server.URL+"/metadata/identity/oauth2/token")
		s.failsAs(realm, 0, says)
		server.Close()
		if asked != 1 {
			t.Errorf("%s: asked %d times", realm, asked)
		}
	}
	s := newSignIn(t, emulator.AzureArc, "{kind: managed_identity, client_id: "+app+"}", emulator.Options{Identities: []string{user}})
	s.failsAs("an old agent", 2, "did not confirm that it has this user-assigned identity", "azcmagent version")
}
