package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestUpstreamExamples validates the files of the tool whose Secretfiles these are,
// unmodified. What no plugin serves is listed once; nothing else is an error, but
// for one file that breaks a policy of its own.
func TestUpstreamExamples(t *testing.T) {
	root := os.Getenv("SZ_REFERENCE_EXAMPLES")
	if root == "" {
		t.Skip("SZ_REFERENCE_EXAMPLES names no directory with reference/ and upstream/")
	}
	if !filepath.IsAbs(root) {
		root = filepath.Join(testbin.Root(), root)
	}
	w := newWorld(t, emulator.Options{})
	// The paths in the files are those of a repository with an examples directory.
	upstream := filepath.Join(w.dir, "examples")
	if err := os.CopyFS(upstream, os.DirFS(filepath.Join(root, "upstream"))); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(upstream, "*.yml"))
	deeper, _ := filepath.Glob(filepath.Join(upstream, "*", "*.yml"))
	if len(files)+len(deeper) < 8 {
		t.Fatalf("%d examples in %s", len(files)+len(deeper), root)
	}
	for _, path := range append(files, deeper...) {
		name, _ := filepath.Rel(w.dir, path)
		t.Run(name, func(t *testing.T) {
			o := w.sz("validate", "-f", name)
			switch {
			case strings.HasSuffix(name, "rotation-policies.yml"):
				if o.code != 5 || strings.Count(o.stderr, "error:") != 1 || !strings.Contains(o.stderr, "[policy-rotation]") {
					t.Errorf("exit code %d\n%s", o.code, o)
				}
			case o.code != 0 || strings.Contains(o.stderr, "error:"):
				t.Errorf("exit code %d\n%s", o.code, o)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if uses := strings.Contains(string(text), "provider: aws"); uses != strings.Contains(o.stderr, "no installed plugin serves provider aws") {
				t.Errorf("the missing plugin is told of: %v\n%s", !uses, o)
			}
			strict := w.sz("validate", "--strict", "-f", name)
			if legacy := strings.Contains(o.stderr, "[legacy-key]"); legacy != (strict.code == 3) {
				t.Errorf("strict: exit code %d\n%s", strict.code, strict)
			}
		})
	}
}
