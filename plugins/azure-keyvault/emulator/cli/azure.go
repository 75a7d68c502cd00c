package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// cliApplication is the application id of the Azure CLI, so that the log of the
// emulator shows who asked.
const cliApplication = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// cliToken is what the Azure CLI prints
// (learn.microsoft.com/cli/azure/account#az-account-get-access-token).
type cliToken struct {
	AccessToken  string `json:"accessToken"`
	ExpiresUnix  int64  `json:"expires_on"`
	ExpiresOn    string `json:"expiresOn"`
	Subscription string `json:"subscription"`
	Tenant       string `json:"tenant"`
	TokenType    string `json:"tokenType"`
}

// azureCLI answers `az account get-access-token` as the Azure CLI does, with a
// token of the emulator in whose environment it runs.
func azureCLI(args []string, to streams) (int, error) {
	if len(args) < 2 || args[0] != "account" || args[1] != "get-access-token" {
		return exitUsage, errors.New("az: only `az account get-access-token --resource URI` is played")
	}
	flags := flag.NewFlagSet("az", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var resource, output string
	answer := cliToken{TokenType: "Bearer"}
	flags.StringVar(&resource, "resource", "", "")
	flags.StringVar(&answer.Tenant, "tenant", emulator.DefaultTenant, "")
	flags.StringVar(&answer.Subscription, "subscription", "00000000-0000-0000-0000-000000000000", "")
	flags.StringVar(&output, "o", "json", "")
	flags.StringVar(&output, "output", "json", "")
	if err := flags.Parse(args[2:]); err != nil {
		return exitUsage, fmt.Errorf("az: %w", err)
	}
	if err := errors.Join(unexpected(flags.Args()), unsupported(resource, output)); err != nil {
		return exitUsage, fmt.Errorf("az: %w", err)
	}
	expires, err := fetchToken(resource, &answer)
	if err != nil {
		return exitFailure, fmt.Errorf("az: %w", err)
	}
	answer.ExpiresOn = expires.Local().Format("2006-01-02 15:04:05.000000")
	enc := json.NewEncoder(to.stdout)
	enc.SetIndent("", "  ")
	return 0, enc.Encode(answer)
}

func unsupported(resource, output string) error {
	switch {
	case resource == "":
		return errors.New("--resource is missing")
	case output != "json":
		return fmt.Errorf("output %q: only json is played", output)
	}
	return nil
}

func fetchToken(resource string, into *cliToken) (expires time.Time, err error) {
	into.AccessToken, expires, err = signedIn(resource, into.Tenant, cliApplication)
	into.ExpiresUnix = expires.Unix()
	return expires, err
}
