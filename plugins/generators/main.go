// Command sz-plugin-generators makes first-party values: passwords and strings.
// What each kind is stands in internal/password and internal/text.
package main

import (
	"github.com/secretzero/sz/plugins/generators/internal/password"
	"github.com/secretzero/sz/plugins/generators/internal/text"
	"github.com/secretzero/sz/sdk"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

func main() {
	sdk.Serve(sdk.Plugin{
		Name: "generators", Version: version, Summary: "passwords and random strings",
		Generators: []sdk.Generator{password.Kind(), text.Kind()},
	})
}
