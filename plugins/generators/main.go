// Command sz-plugin-generators makes first-party values. What each kind is stands in
// the package of internal/ that is called after it.
package main

import (
	"slices"

	"github.com/secretzero/sz/plugins/generators/internal/certificate"
	"github.com/secretzero/sz/plugins/generators/internal/jwt"
	"github.com/secretzero/sz/plugins/generators/internal/keys"
	"github.com/secretzero/sz/plugins/generators/internal/passphrase"
	"github.com/secretzero/sz/plugins/generators/internal/password"
	"github.com/secretzero/sz/plugins/generators/internal/rawbytes"
	"github.com/secretzero/sz/plugins/generators/internal/sshkey"
	"github.com/secretzero/sz/plugins/generators/internal/text"
	"github.com/secretzero/sz/plugins/generators/internal/uuid"
	"github.com/secretzero/sz/sdk"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

func main() {
	sdk.Serve(sdk.Plugin{
		Name: "generators", Version: version, Summary: "random values and keys",
		Generators: slices.Concat(
			[]sdk.Generator{password.Kind(), text.Kind(), passphrase.Kind(), uuid.Kind(), rawbytes.Kind()},
			keys.Kinds(),
			[]sdk.Generator{sshkey.Kind(), jwt.Kind(), certificate.Kind()},
		),
	})
}
