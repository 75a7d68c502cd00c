// Command keyvault-emulator is a local Azure Key Vault. See the package
// emulator/cli.
package main

import (
	"os"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
