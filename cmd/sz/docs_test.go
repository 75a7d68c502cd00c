package main

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretzero/sz/internal/testbin"
)

// TestPluginsWorkAsWritten turns docs/plugins.md into a script: its commands are typed
// in their order over its Secretfile, with a release of a stranger's plugin at hand; its
// configuration is that of the user, and its lock file is what is written.
func TestPluginsWorkAsWritten(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testbin.Root(), "docs", "plugins.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("[!unix] skip 'plugins are called sz-plugin-NAME.exe here'\nkeygen KEY\nbuild-acme release/sz-plugin-acme 1.2.3\nbuild-acme build/acme 1.2.4\nrelease release KEY\nhash SUM release/sz-plugin-acme\nmkdir $HOME/.config/sz\ncp policies.yml $HOME/policies.yml\ncp corporate.pem $HOME/corporate.pem\nexec sh -c 'sed \"s,RWQAUTHORKEY,$KEY,; s,/etc/ssl/,$HOME/,; s,/etc/sz/,$HOME/,; s,/var/log/sz,$HOME/audit,\" config >$HOME/.config/sz/config.hcl'\n")
	var secretfile, config, lock string
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```(console|yaml|hcl)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		switch {
		case block[1] == "yaml":
			secretfile = block[2]
		case strings.HasPrefix(block[2], "# config.hcl"):
			config = block[2]
		case block[1] == "hcl":
			lock = block[2]
		default:
			for line := range strings.Lines(block[2]) {
				commands++
				script.WriteString(typed(strings.TrimPrefix(strings.TrimSpace(line), "$ ")))
			}
		}
	}
	for line := range strings.Lines(lock) {
		pattern := strings.NewReplacer("sha256:…", "sha256:[0-9a-f]{64}", `RWQAUTHORKEY`, "[A-Za-z0-9+/]{56}", "linux_amd64", "[a-z0-9]+_[a-z0-9]+").Replace(
			strings.NewReplacer("[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`, ".", `\.`).Replace(strings.TrimSpace(line)))
		fmt.Fprintf(&script, "grep '%s' pinned\n", pattern)
	}
	dir := t.TempDir()
	script.WriteString("\n-- Secretfile.yml --\n" + secretfile + "-- config --\n" + config + "-- policies.yml --\npolicies: {}\n-- corporate.pem --\n" + authority(t))
	if err := os.WriteFile(filepath.Join(dir, "plugins.txtar"), []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if commands < 8 || lock == "" || config == "" || secretfile == "" {
		t.Fatalf("%d commands, a lock file of %d bytes, a configuration of %d", commands, len(lock), len(config))
	}
	testscript.Run(t, params(t, dir))
}

// authority is the certificate of an authority, in PEM.
func authority(t *testing.T) string {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// typed is a command of the documentation with what stands there for this release.
func typed(command string) string {
	line := "exec " + strings.NewReplacer("RWQAUTHORKEY", "$KEY", "sha256:REACH", "$REACH", "sha256:HASH", "sha256:$SUM").Replace(command) + "\n"
	switch {
	case strings.Contains(command, "sha256:REACH"):
		return "! exec sz plan\nstderr boxes.example\ntrust-of REACH\n" + line
	case command == "sz init":
		return line + "cp sz.lock.hcl pinned\n"
	}
	return line
}
