package cli

import (
	"os"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// surroundings are the environment of a place. On a workstation there is a directory
// with the tools in PATH, which the caller removes, and nobody looks for a managed
// identity, which is nothing that the emulator could keep within itself.
func surroundings(server *emulator.Server, on emulator.Place) (env []string, dir string, err error) {
	env = server.EnvOn(on)
	if on != emulator.Workstation {
		return env, "", nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	if dir, err = os.MkdirTemp("", "keyvault-emulator-tools-"); err != nil {
		return nil, "", err
	}
	if err := server.Tools(dir, program); err != nil {
		_ = os.RemoveAll(dir)
		return nil, "", err
	}
	if os.Getenv("AZURE_TOKEN_CREDENTIALS") == "" {
		env = append(env, "AZURE_TOKEN_CREDENTIALS=dev")
	}
	return append(env, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH")), dir, nil
}
