package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
)

// TestExpressionsAreRight compiles every expression that is written out in the
// repository: those of package regex are compiled at their first use, which no run may
// have come to.
func TestExpressionsAreRight(t *testing.T) {
	found := 0
	err := filepath.WalkDir(testbin.Root(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // the compiler reads those that matter
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := expression(n); ok {
				found++
				if _, err := regexp.Compile(text); err != nil {
					t.Errorf("%s: %v", files.Position(n.Pos()), err)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("%d expressions were found (%v)", found, err)
	}
}

// expression is what a call of regex.Of is given as a literal.
func expression(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", false
	}
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || of.Sel.Name != "Of" {
		return "", false
	}
	from, ok := of.X.(*ast.Ident)
	literal, isLiteral := call.Args[0].(*ast.BasicLit)
	if !ok || from.Name != "regex" || !isLiteral {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
