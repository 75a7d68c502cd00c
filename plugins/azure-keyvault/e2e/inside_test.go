package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/secretzero/sz/internal/testbin"
)

// insideVariable makes this test binary an ordinary Azure program: see inside.
const insideVariable = "SZ_E2E_INSIDE"

// inside is a program without a single option of its own: the default credential,
// the default transport. It prints the value of the secret that is named.
func inside() int {
	vault, name, _ := strings.Cut(os.Getenv(insideVariable), "/")
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err == nil {
		var client *azsecrets.Client
		if client, err = azsecrets.NewClient("https://"+vault+".vault.azure.net", credential, nil); err == nil {
			var answer azsecrets.GetSecretResponse
			if answer, err = client.GetSecret(context.Background(), name, "", nil); err == nil {
				fmt.Print(*answer.Value)
				return 0
			}
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestExecGivesAnEnvironment runs the emulator as its users do: a command under
// `keyvault-emulator exec`, and another one later on the same state.
func TestExecGivesAnEnvironment(t *testing.T) {
	bin, dir, home := testbin.Dir(t), t.TempDir(), t.TempDir()
	state := filepath.Join(t.TempDir(), "vaults.json")
	text := `secrets:
  - name: api_key
    kind: random_string
    config: {length: 20, charset: hex}
    targets:
      - provider: azure
        kind: key_vault
        config: {vault_url: "https://exec-kv.vault.azure.net"}
`
	if err := os.WriteFile(filepath.Join(dir, "Secretfile.yml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(env []string, command ...string) outcome {
		cmd := exec.Command(filepath.Join(bin, "keyvault-emulator"), append([]string{"exec", "--state", state, "--"}, command...)...)
		cmd.Dir = dir
		cmd.Env = append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, env...)
		return finish(t, cmd)
	}
	if o := run(nil, filepath.Join(bin, "sz"), "apply", "--auto-approve"); o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if o := run([]string{insideVariable + "=exec-kv/api-key"}, self); o.code != 0 || len(o.stdout) != 20 {
		t.Errorf("an ordinary Azure program: exit code %d, %d bytes\n%s", o.code, len(o.stdout), o.stderr)
	}
	if o := run(nil, "sh", "-c", "exit 7"); o.code != 7 {
		t.Errorf("exit code %d, want that of the command: 7", o.code)
	}
	if o := run(nil, "sh", "-c", "kill -9 $$"); o.code != 128+9 {
		t.Errorf("exit code %d, want 137 for a killed command", o.code)
	}
	info, err := os.Stat(state)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the state file: %v %v", info.Mode(), err)
	}
}
