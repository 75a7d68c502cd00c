package house

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestEveryChangeHasATitle: a release joins the files into one list, by what they begin
// with.
func TestEveryChangeHasATitle(t *testing.T) {
	files, err := filepath.Glob("../../changelog/unreleased/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no changes: %v", err)
	}
	form := regexp.MustCompile(`^(Enhancement|Bugfix|Change|Security): [^\n]{1,90}\n\n([^\n]{0,100}\n)+$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !form.Match(text) {
			t.Errorf("%s does not begin with a title and a line between, or has lines of more than 100 bytes", file)
		}
	}
}
