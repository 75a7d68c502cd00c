package e2e

import (
	"strings"
	"testing"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestExampleOfATarget applies the example of docs/key-vault.md that has every key, in
// both languages, and types the commands that follow it.
func TestExampleOfATarget(t *testing.T) {
	text := document(t, "docs/key-vault.md")
	_, chapter, ok := strings.Cut(text, "\n## Where a secret goes\n")
	if !ok {
		t.Fatal("there is no such chapter")
	}
	w := newWorld(t, emulator.Options{})
	w.write("Secretfile.yml", yamlBlock.FindStringSubmatch(chapter)[1])
	w.mustApply("Secretfile.yml")
	contains(t, w.mustApply("Secretfile.yml").stdout, "Nothing to do")
	typed := 0
	for _, block := range consoleBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			command, sz := strings.CutPrefix(strings.TrimSpace(line), "$ sz ")
			if !sz {
				continue
			}
			typed++
			if o := w.sz(strings.Fields(command)...); o.code != 0 || o.stdout == "" {
				t.Errorf("%s: exit code %d\n%s", line, o.code, o)
			}
		}
	}
	if typed < 9 {
		t.Errorf("%d commands were typed", typed)
	}
	contains(t, w.mustApply(w.mustConvert("Secretfile.yml")).stdout, "Nothing to do")
}
