// Command sz-plugin-azure-keyvault stores secrets in Azure Key Vault. What it
// serves is put together in internal/keyvault.
package main

import (
	"runtime/debug"

	"github.com/secretzero/sz/plugins/azure-keyvault/internal/keyvault"
	"github.com/secretzero/sz/sdk"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

func main() {
	// A vault is asked by the hundred with a few megabytes in use, which Go would collect
	// over and over: a tenth of an apply.
	debug.SetGCPercent(400)
	sdk.Serve(sdk.Plugin{
		Name: "azure-keyvault", Version: version, Summary: "secrets in Azure Key Vault",
		Providers: []sdk.Provider{keyvault.Provider(version)},
	})
}
