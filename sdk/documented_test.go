package sdk_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"strings"
	"testing"
)

// TestEveryExportedNameIsDocumentedAndUsedInAnExample reads this package as go doc
// does: what an author may use has a comment, and stands in example code that compiles.
func TestEveryExportedNameIsDocumentedAndUsedInAnExample(t *testing.T) {
	exported, shown := map[string]bool{}, map[string]bool{}
	for _, file := range parse(t, func(name string) bool { return !strings.HasSuffix(name, "_test.go") }) {
		for name, documented := range declared(file) {
			exported[name] = true
			if !documented {
				t.Errorf("%s has no comment", name)
			}
		}
	}
	for _, file := range parse(t, func(name string) bool { return name == "example_test.go" || name == "notes_test.go" }) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := s.X.(*ast.Ident); ok && of.Name == "sdk" {
					shown[s.Sel.Name] = true
				}
			}
			return true
		})
	}
	// These are named by those that have them as a field or an argument.
	for _, implied := range []string{"Challenge"} {
		shown[implied] = true
	}
	for name := range exported {
		if !shown[name] {
			t.Errorf("no example uses sdk.%s: add one to example_test.go", name)
		}
	}
	if len(exported) < 60 {
		t.Errorf("only %d exported names were found", len(exported))
	}
}

func parse(t *testing.T, want func(string) bool) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || !want(entry.Name()) {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), entry.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// declared are the exported top-level names of a file, and whether each has a comment.
func declared(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				names[d.Name.Name] = d.Doc != nil
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() {
						names[s.Name.Name] = d.Doc != nil || s.Doc != nil
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.IsExported() {
							names[n.Name] = d.Doc != nil || s.Doc != nil || s.Comment != nil
						}
					}
				}
			}
		}
	}
	return names
}
