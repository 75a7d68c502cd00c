package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestOrdinaryClients sets a secret with each credential and reads it in another
// run on the same state.
func TestOrdinaryClients(t *testing.T) {
	w := newWorld(t)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte("#!/bin/sh\nexec '"+program+"' az \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	service := []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=a-service", "AZURE_CLIENT_SECRET=its-secret"}
	for _, test := range []struct {
		name, credential, app string
		env                   []string
	}{
		{"default", "default", "aaaaaaaa-0000-4000-8000-000000000001", nil},
		{"managed", "managed", "aaaaaaaa-0000-4000-8000-000000000001", nil},
		{"environment", "environment", "a-service", service},
		{"default-environment", "default", "a-service", service},
		{"cli", "default", cliApplication, []string{"AZURE_TOKEN_CREDENTIALS=AzureCLICredential", "PATH=" + bin + ":" + os.Getenv("PATH")}},
		{"aks", "default", emulator.KubernetesClient, nil},
		{"workstation", "default", cliApplication, []string{"AZURE_TOKEN_CREDENTIALS=AzureCLICredential"}},
		{"workstation", "default", azdApplication, []string{"AZURE_TOKEN_CREDENTIALS=AzureDeveloperCLICredential"}},
		{"workstation", "default", pwshApplication, []string{"AZURE_TOKEN_CREDENTIALS=AzurePowerShellCredential"}},
	} {
		on := "app-service"
		if test.name == "aks" || test.name == "workstation" {
			on = test.name
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			state, log := filepath.Join(dir, "vaults.json"), filepath.Join(dir, "log")
			w := newWorld(t)
			if r := w.client(test.credential+" set exec-kv api-key canary-5187", test.env, "--on", on, "--state", state, "--log", log); r.code != 0 {
				t.Fatalf("set: %+v", r)
			}
			if r := w.client(test.credential+" get exec-kv api-key", test.env, "--on", on, "--state", state); r.code != 0 || r.stdout != "canary-5187" {
				t.Errorf("get: %+v", r)
			}
			checkLog(t, log, test.app)
		})
	}
	w.clean()
}

// checkLog wants the set of a client in a log without a value or a token.
func checkLog(t *testing.T, path, app string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "canary") || strings.Contains(string(text), "eyJ") || strings.Contains(string(text), "its-secret") {
		t.Errorf("the log tells secrets:\n%s", text)
	}
	var statuses []int
	for line := range strings.Lines(string(text)) {
		var r emulator.Request
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Method == "PUT" && r.Host == "exec-kv.vault.azure.net" && r.Route == "/secrets/{name}" && (r.Status == 401 || r.AppID == app) {
			statuses = append(statuses, r.Status)
		}
	}
	if len(statuses) != 2 || statuses[0] != 401 || statuses[1] != 200 {
		t.Errorf("statuses of the set are %v, want 401 and 200 for %s:\n%s", statuses, app, text)
	}
}

func TestFlags(t *testing.T) {
	w := newWorld(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	as := func(secret string) []string {
		return []string{"AZURE_TENANT_ID=" + emulator.DefaultTenant, "AZURE_CLIENT_ID=mine", "AZURE_CLIENT_SECRET=" + secret}
	}
	for _, test := range []struct {
		name   string
		does   string
		env    []string
		flags  []string
		stderr string // part of it; empty for success
	}{
		{"a vault that is", "default set kv n x", nil, []string{"--vault", "kv"}, ""},
		{"a fault", "default set kv n x", nil, []string{"--fault", "PUT#1=commit-then-drop", "--latency", "1ms"}, ""},
		{"denied", "default set kv n x", nil, []string{"--deny", "set"}, "ForbiddenByRbac"},
		{"firewall", "default set kv n x", nil, []string{"--firewall"}, "ForbiddenByFirewall"},
		{"the right secret", "environment set kv n x", as("right"), []string{"--client", "mine=" + secret}, ""},
		{"a wrong secret", "environment set kv n x", as("wrong"), []string{"--client", "mine=" + secret}, "AADSTS7000215"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := w.client(test.does, test.env, test.flags...)
			if (r.code != 0) != (test.stderr != "") || !strings.Contains(r.stderr, test.stderr) {
				t.Errorf("%+v", r)
			}
		})
	}
	for _, flags := range [][]string{{"--nonsense"}, {"--fault", "x"}, {"--deny", "x"}, {"--client", "x"}, {"--limit", "x"}, {"--page-size", "26"}} {
		r := w.run(nil, append(append([]string{"exec"}, flags...), "--", "true")...)
		if r.code == 0 || !strings.HasPrefix(r.stderr, "keyvault-emulator: ") {
			t.Errorf("%v: %+v", flags, r)
		}
	}
}

// TestExitCodes wants that of the command.
func TestExitCodes(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		args []string
		code int
	}{
		{[]string{"exec", "--", "true"}, 0},
		{[]string{"exec", "--", "sh", "-c", "exit 7"}, 7},
		{[]string{"exec", "--", "sh", "-c", "kill -KILL $$"}, 128 + 9},
		{[]string{"exec", "--", "sh", "-c", "kill -TERM $$"}, 128 + 15},
		{[]string{"exec", "--", "/nowhere/at-all"}, 127},
		{[]string{"exec"}, 2},
		{[]string{"serve", "x"}, 2},
		{[]string{"list"}, 1},
		{[]string{"list", "x"}, 2},
		{[]string{"az", "login"}, 2},
		{[]string{"az", "account", "get-access-token"}, 2},
		{[]string{"az", "account", "get-access-token", "--resource", "https://vault.azure.net"}, 1},
		{[]string{"nonsense"}, 2},
		{nil, 2},
		{[]string{"--help"}, 0},
		{[]string{"exec", "--help"}, 0},
	} {
		if r := w.run([]string{"IDENTITY_ENDPOINT="}, test.args...); r.code != test.code {
			t.Errorf("%v: %+v, want %d", test.args, r, test.code)
		}
	}
	if r := w.run(nil, "--help"); !strings.Contains(r.stdout, "which are inference") || r.stderr != "" {
		t.Errorf("help: %+v", r)
	}
}

// TestNested wants an exec inside another to be the one that counts.
func TestNested(t *testing.T) {
	w := newWorld(t)
	state := filepath.Join(t.TempDir(), "vaults.json")
	if r := w.client("default set kv n x", nil, "--", program, "exec", "--state", state); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if listed, err := emulator.ListFile(state); err != nil || len(listed) != 1 {
		t.Errorf("the inner one has %+v, %v", listed, err)
	}
}

func TestList(t *testing.T) {
	w := newWorld(t)
	state := filepath.Join(t.TempDir(), "vaults.json")
	if r := w.client("default set b-kv n canary-5187", nil, "--state", state); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if r := w.client("default set a-kv long-name canary-5187", nil, "--state", state); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	secrets, err := emulator.ListFile(state)
	if err != nil || len(secrets) != 2 {
		t.Fatalf("%+v, %v", secrets, err)
	}
	want := "VAULT/SECRET    VERSIONS  CURRENT VERSION                   STATE    CONTENT TYPE  TAGS\n" +
		"a-kv/long-name  1         " + secrets[0].Current + "  enabled  text/plain    a=1 b=2\n" +
		"b-kv/n          1         " + secrets[1].Current + "  enabled  text/plain    a=1 b=2\n"
	if r := w.run(nil, "list", "--state", state); r.code != 0 || r.stdout != want {
		t.Errorf("from the file: %+v", r)
	}
	if r := w.run(nil, "exec", "--state", state, "--", program, "list"); r.code != 0 || r.stdout != want {
		t.Errorf("inside exec: %+v", r)
	}
	if got := dash("a\tb\x1b[2J\n"); got != "a?b?[2J?" {
		t.Errorf("a cell is %q", got)
	}
}

func TestAzureCLI(t *testing.T) {
	w := newWorld(t)
	r := w.run(nil, "exec", "--", program, "az", "account", "get-access-token", "-o", "json", "--resource", "https://vault.azure.net", "--tenant", "T", "--subscription", "S")
	var answer cliToken
	if err := json.Unmarshal([]byte(r.stdout), &answer); err != nil || r.code != 0 {
		t.Fatalf("%+v: %v", r, err)
	}
	if answer.Tenant != "T" || answer.Subscription != "S" || answer.TokenType != "Bearer" || answer.ExpiresUnix == 0 || len(answer.ExpiresOn) != len("2006-01-02 15:04:05.000000") || strings.Count(answer.AccessToken, ".") != 2 {
		t.Errorf("an unexpected shape; tenant %s, expires on %s", answer.Tenant, answer.ExpiresOn)
	}
}
