package e2e

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestPluginsTrustTheAuthoritiesOfTheUser has a vault behind a certificate that the
// system does not trust, as behind a proxy that opens TLS.
func TestPluginsTrustTheAuthoritiesOfTheUser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere than on Linux programs ask the system whom to trust")
	}
	w := newWorld(t, emulator.Options{})
	var certificates string
	w.env = slices.DeleteFunc(w.env, func(line string) bool {
		path, is := strings.CutPrefix(line, "SSL_CERT_FILE=")
		if is {
			certificates = path
		}
		return is
	})
	w.write("Secretfile.yml", at(honest))
	if o := w.sz("apply", "--auto-approve"); o.code != 4 || !strings.Contains(o.String(), "has no certificate for it that is trusted here") {
		t.Errorf("without the authority: %s", o)
	}
	config := filepath.Join(w.home, ".config", "sz")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config.hcl"), []byte("authorities = [\""+certificates+"\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.mustApply("Secretfile.yml")
}
