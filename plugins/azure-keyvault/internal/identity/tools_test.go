package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// asked is the command line with which azidentity runs a program.
func commandLine(t *testing.T, program, tenant, resource string) string {
	t.Helper()
	dir := t.TempDir()
	record := filepath.Join(dir, "record")
	script := "#!/bin/sh\necho \"$0 $*\" >'" + record + "'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	kind := map[string]string{"az": "cli", "azd": "azd", "pwsh": "powershell"}[program]
	credential, err := kindOf(kind).make(&maker{}, Settings{TenantID: tenant})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{resource + "/.default"}})
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(text)), dir+"/")
}

// What is asked to be run is what azidentity runs. A new version of it may want another
// script; then the sums must change, after somebody has read it.
func TestPowerShellRunsTheScriptsThatAreAskedFor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the shell of Windows is another one")
	}
	for _, c := range clouds {
		for i, tenant := range []string{"", ours} {
			words := strings.Fields(commandLine(t, "pwsh", tenant, c.resource))
			raw, err := base64.StdEncoding.DecodeString(words[len(words)-1])
			if err != nil {
				t.Fatal(err)
			}
			units := make([]uint16, len(raw)/2)
			for n := range units {
				units[n] = binary.LittleEndian.Uint16(raw[2*n:])
			}
			script := strings.ReplaceAll(string(utf16.Decode(units)), ours, "GUID")
			sum := sha256.Sum256([]byte(script))
			if got := hex.EncodeToString(sum[:]); got != scripts[c.name][i] {
				t.Errorf("%s: the sum of the script is %s; it is:\n%s", c.name, got, script)
			}
			if want := "pwsh -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand"; strings.Join(words[:len(words)-1], " ") != want {
				t.Errorf("%v", words[:len(words)-1])
			}
		}
	}
}
