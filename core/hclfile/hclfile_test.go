package hclfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type thing struct {
	Label  string            `hcl:"name,label"`
	Text   string            `hcl:"text,optional"`
	Hashes map[string]string `hcl:"hashes,optional"`
	List   []string          `hcl:"list,optional"`
}

type file struct {
	Things []thing `hcl:"thing,block"`
}

func TestPlainFilesAreRead(t *testing.T) {
	var f file
	text := "thing \"a\" {\n  text = \"x\"\n  hashes = { linux_amd64 = \"1\", \"darwin\" = \"2\" }\n  list = [\"p\", \"q\"]\n}\nthing \"b\" {}\n"
	if err := Decode("f", []byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Things) != 2 || f.Things[0].Hashes["darwin"] != "2" || len(f.Things[0].List) != 2 {
		t.Errorf("%+v", f)
	}
}

func TestEverythingElseIsAnErrorWithItsLine(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown key":       "thing \"a\" {\n  txet = \"x\"\n}\n",
		"another case":         "thing \"a\" {\n  Text = \"x\"\n}\n",
		"a key twice":          "thing \"a\" {\n  text = \"x\"\n  text = \"y\"\n}\n",
		"a key twice in a map": "thing \"a\" {\n  hashes = { l = \"1\", l = \"2\" }\n}\n",
		"a function":           "thing \"a\" {\n  text = upper(\"x\")\n}\n",
		"a variable":           "thing \"a\" {\n  text = x\n}\n",
		"arithmetic":           "thing \"a\" {\n  text = 1 + 1\n}\n",
		"a conflict marker":    "thing \"a\" {\n<<<<<<< HEAD\n  text = \"x\"\n}\n",
		"an unknown block":     "other \"a\" {\n}\n",
		"a wrong type":         "thing \"a\" {\n  list = { x = 1 }\n}\n",
		"too deep":             "thing \"a\" {\n  list = " + strings.Repeat("[", 100) + "\n}\n",
	} {
		var f file
		err := Decode("f", []byte(text), &f)
		if err == nil || !strings.Contains(err.Error(), "f:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var f file
	if err := Read(root, "missing", &f); !IsMissing(err) {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "real"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := Read(root, "link", &f); err == nil || IsMissing(err) {
		t.Errorf("a link was read: %v", err)
	}
}
