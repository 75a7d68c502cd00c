package secretfile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
)

// everySet is an environment in which every variable is set, but for those that
// set variables of the file.
func everySet(name string) (string, bool) {
	return "value-of-" + name, !strings.HasPrefix(name, "SZ_VAR_")
}

// TestReferenceExamples loads the examples that users start from, unmodified.
func TestReferenceExamples(t *testing.T) {
	root := os.Getenv("SZ_REFERENCE_EXAMPLES")
	if root == "" {
		t.Skip("SZ_REFERENCE_EXAMPLES names no directory with reference/ and upstream/")
	}
	reference, _ := filepath.Glob(filepath.Join(root, "reference", "*.yml"))
	if len(reference) == 0 {
		t.Fatalf("no examples in %s", root)
	}
	for _, path := range reference {
		t.Run(filepath.Base(path), func(t *testing.T) {
			f, found := load(t, path)
			if found.HasErrors() || len(f.Secrets) == 0 {
				t.Errorf("%d secrets\n%s", len(f.Secrets), diag.Render(found, f.Sources, diag.RenderOptions{}))
			}
		})
	}
	upstream, _ := filepath.Glob(filepath.Join(root, "upstream", "*.yml"))
	deeper, _ := filepath.Glob(filepath.Join(root, "upstream", "*", "*.yml"))
	for _, path := range slices.Concat(upstream, deeper) {
		t.Run(strings.TrimPrefix(path, root), func(t *testing.T) {
			f, found := load(t, path)
			if found.HasErrors() || len(f.Secrets) == 0 {
				t.Errorf("%d secrets\n%s", len(f.Secrets), diag.Render(found, f.Sources, diag.RenderOptions{}))
			}
		})
	}
}

// beside reads files of variables that lie beside a Secretfile, by their last name:
// the examples name them from another directory.
type beside string

// Variables reads a file.
func (b beside) Variables(path string) (secretfile.VariableFile, error) {
	text, err := os.ReadFile(filepath.Join(string(b), filepath.Base(path)))
	return secretfile.VariableFile{Name: path, Text: text}, err
}

// Template reads a file.
func (b beside) Template(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(b), filepath.Base(path)))
}

func load(t *testing.T, path string) (*secretfile.File, diag.List) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, found := secretfile.Load(path, text, secretfile.Options{Env: everySet, Files: beside(filepath.Dir(path))})
	if f == nil {
		t.Fatal(diag.Render(found, nil, diag.RenderOptions{}))
	}
	checkRanges(t, text, found)
	return f, found
}
