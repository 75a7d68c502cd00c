// Command sz-plugin-file stores secrets in local files: dotenv, JSON and YAML.
// What it serves is put together in internal/target.
package main

import (
	"github.com/secretzero/sz/plugins/file/internal/target"
	"github.com/secretzero/sz/sdk"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

func main() {
	sdk.Serve(sdk.Plugin{
		Name: "file", Version: version, Summary: "secrets in local files",
		Providers: []sdk.Provider{target.Provider()},
	})
}
