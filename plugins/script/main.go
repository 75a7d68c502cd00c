// Command sz-plugin-script makes values by running commands. It is a program of its
// own because it is given what no other generator is: the programs of this machine.
// What it serves is in internal/script.
package main

import (
	"github.com/secretzero/sz/plugins/script/internal/script"
	"github.com/secretzero/sz/sdk"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

func main() {
	sdk.Serve(sdk.Plugin{
		Name: "script", Version: version, Summary: "values that a command prints",
		Generators: []sdk.Generator{script.Kind()},
	})
}
