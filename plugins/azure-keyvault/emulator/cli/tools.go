package cli

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// The application ids of the tools, so that the log of the emulator shows who asked.
const (
	azdApplication  = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	pwshApplication = "1950a258-227b-4e31-a9cf-717495945fc2"
)

// developerCLI answers `azd auth token` as the Azure Developer CLI does
// (learn.microsoft.com/azure/developer/azure-developer-cli/reference#azd-auth-token).
func developerCLI(args []string, to streams) (int, error) {
	if len(args) < 2 || args[0] != "auth" || args[1] != "token" {
		return exitUsage, errors.New("azd: only `azd auth token --scope SCOPE` is played")
	}
	flags := flag.NewFlagSet("azd", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	scope := flags.String("scope", "", "")
	tenant := flags.String("tenant-id", emulator.DefaultTenant, "")
	output := flags.String("o", "json", "")
	flags.Bool("no-prompt", false, "")
	flags.String("claims", "", "")
	if err := flags.Parse(args[2:]); err != nil {
		return exitUsage, fmt.Errorf("azd: %w", err)
	}
	resource, ok := strings.CutSuffix(*scope, "/.default")
	if !ok || *output != "json" {
		return exitUsage, errors.New("azd: --scope must end in /.default, and the output is json")
	}
	token, expires, err := signedIn(resource, *tenant, azdApplication)
	if err != nil {
		return exitFailure, fmt.Errorf("azd: %w", err)
	}
	return 0, json.NewEncoder(to.stdout).Encode(map[string]string{"token": token, "expiresOn": expires.UTC().Format("2006-01-02T15:04:05Z")})
}

var (
	scriptResource = regex.Of(`ResourceUrl\s*=\s*'([^']*)'`)
	scriptTenant   = regex.Of(`\$tenantId\s*=\s*'([^']*)'`)
)

// powerShell answers a script that calls Get-AzAccessToken, as the Azure SDKs encode
// it, as PowerShell with the module Az.Accounts does. It runs nothing.
func powerShell(args []string, to streams) (int, error) {
	script := ""
	for i := range len(args) - 1 {
		if args[i] == "-EncodedCommand" {
			script = decodeScript(args[i+1])
		}
	}
	resource, tenant := scriptResource.FindStringSubmatch(script), scriptTenant.FindStringSubmatch(script)
	if resource == nil || !strings.Contains(script, "Get-AzAccessToken") {
		return exitUsage, errors.New("pwsh: only -EncodedCommand with Get-AzAccessToken is played")
	}
	in := emulator.DefaultTenant
	if tenant != nil && tenant[1] != "" {
		in = tenant[1]
	}
	token, expires, err := signedIn(resource[1], in, pwshApplication)
	if err != nil {
		return exitFailure, fmt.Errorf("pwsh: %w", err)
	}
	return 0, json.NewEncoder(to.stdout).Encode(map[string]any{"Token": token, "ExpiresOn": expires.Unix()})
}

// decodeScript reads what -EncodedCommand takes: UTF-16 in little endian, in base64.
func decodeScript(text string) string {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}
