package e2e

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretzero/sz/internal/testbin"
	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// TestNoValueLeavesTheVault takes every value out of the store and looks for it in
// all that sz printed and in every file it may have written.
func TestNoValueLeavesTheVault(t *testing.T) {
	w := newWorld(t, emulator.Options{Faults: []emulator.Fault{{Method: "PUT", N: 2, Kind: emulator.ServerError}}})
	w.env = append(w.env, "SHOP_STRIPE_KEY=canary-of-the-environment-1", "SHOP_SMTP_PASSWORD=canary-of-the-environment-2", "XDG_RUNTIME_DIR="+t.TempDir())
	name := w.copyFile(filepath.Join(testbin.Root(), "examples", "shop", "Secretfile.yml"))
	var printed strings.Builder
	for _, args := range [][]string{
		{"validate", "-f", name}, {"plan", "-f", name}, {"plan", "--json", "-f", name}, {"apply", "--auto-approve", "--json", "-f", name},
		{"apply", "--auto-approve", "-f", name}, {"plan", "-f", name}, {"apply", "--auto-approve", "--json", "-f", name},
	} {
		o := w.sz(args...)
		printed.WriteString(o.stdout + o.stderr)
	}
	canaries := canariesOf(t, w)
	if len(canaries) < 7 {
		t.Fatalf("%d canaries, want one for each generated value and each of the environment", len(canaries))
	}
	for _, c := range canaries {
		for _, form := range forms(c) {
			if strings.Contains(printed.String(), form) {
				t.Errorf("a value was printed, as %q…", form[:4])
			}
		}
	}
	for _, root := range []string{w.dir, w.home} {
		searchFiles(t, root, canaries)
	}
}

// canariesOf are all stored values that are secret: not the literals of the file.
func canariesOf(t *testing.T, w *world) []string {
	var list []string
	for _, l := range w.server.List() {
		value := w.value(l.Vault, l.Name)
		if l.ContentType != "application/json" {
			list = append(list, value)
			continue
		}
		list = append(list, value)
		var fields map[string]any
		if err := json.Unmarshal([]byte(value), &fields); err != nil {
			t.Fatal(err)
		}
		if password, ok := fields["password"].(string); ok {
			list = append(list, password)
		}
	}
	return list
}

// forms are a value as it stands and in base64 at three offsets.
func forms(value string) []string {
	list := []string{value}
	for shift := range 3 {
		padded := strings.Repeat("\x00", shift) + value
		encoded := base64.RawStdEncoding.EncodeToString([]byte(padded[:len(padded)/3*3]))
		list = append(list, encoded[(shift*8+5)/6:])
	}
	return list
}

func searchFiles(t *testing.T, root string, canaries []string) {
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for _, c := range canaries {
			for _, form := range forms(c) {
				if strings.Contains(string(text), form) {
					t.Errorf("%s holds a value", path)
				}
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files searched under %s: %v", files, root, err)
	}
}
