// Package house holds tests of the house itself: which package may import which.
// The linter has the same rules with their reasons; this test needs no linter and
// sees what comes in through others.
package house

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

const module = "github.com/secretzero/sz/"

// direct is what each room of the engine may import of ours.
var direct = map[string][]string{
	"core/diag":                    {},
	"core/record":                  {},
	"core/audit":                   {},
	"core/grant":                   {},
	"core/manifest":                {},
	"core/hclfile":                 {},
	"core/pluginlock":              {"core/hclfile"},
	"core/pluginstore":             {"core/manifest"},
	"core/trust":                   {"core/hclfile", "core/diag"},
	"core/reach":                   {"core/secretfile", "core/plan", "core/grant", "core/diag"},
	"core/sandbox":                 {"core/sandbox/internal/inside"},
	"core/egress":                  {},
	"core/sandbox/internal/inside": {}, // what a process does before it becomes a plugin
	"core/redact":                  {},
	"core/syntax":                  {"core/diag"},
	"core/secretfile":              {"core/syntax", "core/diag"},
	"core/graph":                   {"core/secretfile", "core/diag"},
	"core/value":                   {"core/secretfile", "core/diag"},
	"core/policy":                  {"core/secretfile", "core/diag"},
	"core/jsonschema":              {"core/secretfile", "core/value"},
	"core/plan":                    {"core/graph", "core/value", "core/policy", "core/secretfile", "core/record", "core/diag"},
	"core/pluginhost":              {"core/sandbox", "core/egress", "core/grant", "core/manifest", "core/redact", "core/diag", "sdk/wire"},
	"core/observe":                 {"core/plan", "core/grant", "core/pluginhost", "core/redact", "core/diag"},
	"core/apply":                   {"core/plan", "core/value", "core/secretfile", "core/observe", "core/pluginhost", "core/record", "core/redact", "core/diag"},
	"sdk/secret":                   {},
	"sdk/schema":                   {"sdk/secret"},
}

// leaves may be imported by every room.
var leaves = []string{"sdk/secret", "sdk/schema", "internal/regex"}

// unreachable are packages that pure rooms must not reach by any way.
var unreachable = []string{"os/exec", "net", "net/http", "google.golang.org/grpc", module + "core/pluginhost", module + "sdk/wire"}

var pure = []string{"core/diag", "core/syntax", "core/secretfile", "core/graph", "core/value", "core/policy", "core/plan", "core/reach", "sdk/secret", "sdk/schema"}

func list(t *testing.T, format, pattern string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", format, pattern)
	cmd.Dir = testbin.Root()
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pattern, err)
	}
	return strings.Fields(string(output))
}

func TestImportsRunOneWay(t *testing.T) {
	rooms := list(t, "{{.ImportPath}}", "./core/...")
	for _, path := range rooms {
		if _, known := direct[strings.TrimPrefix(path, module)]; !known {
			t.Errorf("%s is a room that this test does not know", path)
		}
	}
	for room, allowed := range direct {
		for _, imported := range list(t, `{{join .Imports "\n"}}`, "./"+room) {
			name, ours := strings.CutPrefix(imported, module)
			if ours && !slices.Contains(allowed, name) && !slices.Contains(leaves, name) {
				t.Errorf("%s imports %s", room, name)
			}
		}
	}
}

func TestDecidingReachesNoProcessAndNoNetwork(t *testing.T) {
	for _, room := range pure {
		for _, dependency := range list(t, `{{join .Deps "\n"}}`, "./"+room) {
			if slices.Contains(unreachable, dependency) {
				t.Errorf("%s depends on %s", room, dependency)
			}
		}
	}
}

func TestPluginsDoNotImportTheEngine(t *testing.T) {
	for _, plugin := range []string{"generators", "azure-keyvault", "file", "script"} {
		for _, dependency := range list(t, `{{join .Deps "\n"}}`, "./plugins/"+plugin) {
			if strings.HasPrefix(dependency, module+"core/") || strings.HasPrefix(dependency, module+"cmd/") {
				t.Errorf("plugin %s depends on %s", plugin, dependency)
			}
		}
	}
}
