package testbin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Acme builds the plugin of a stranger, internal/testplugin/acme, into a file NAME or
// sz-plugin-NAME: as a version, asking for one host:port more unless that is empty, and serving a kind of
// provider, acme when it is empty.
func Acme(path, version, more, kind string) error {
	flags := "-s -X main.name=" + strings.TrimPrefix(filepath.Base(path), "sz-plugin-") + " -X main.version=" + version + " -X main.more=" + more
	if kind != "" {
		flags += " -X main.kind=" + kind
	}
	return buildPlugin(path, "acme", flags)
}

// Tripwire builds the plugin that ends itself when it is asked to do more than look.
func Tripwire(path string) error { return buildPlugin(path, "tripwire", "-s") }

func buildPlugin(path, name, flags string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags="+flags, "-o", path, "./internal/testplugin/"+name)
	cmd.Dir, cmd.Env = Root(), append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", name, err, output)
	}
	return nil
}
