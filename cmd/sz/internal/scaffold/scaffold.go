// Package scaffold writes the project of a new plugin. Its templates are in
// templates/, with << and >> around what is filled in: common ones, those of a language,
// those for what is written, and those for it in a language. A project in JavaScript or
// Python is an example that works, under another name.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/secretzero/sz/examples/plugins"
	"github.com/secretzero/sz/proto"
)

//go:embed templates
var templates embed.FS

// Project is what a project is made of.
type Project struct {
	Name       string // as in sz-plugin-NAME
	What       string // target or generator
	Lang       string // go, node or python
	Module     string // the Go module's path
	SDKVersion string // of the Go SDK
	SDKDir     string // where the SDK is on this machine; empty for the released one
}

// Kind is the plugin's name as a kind.
func (p Project) Kind() string { return strings.ReplaceAll(p.Name, "-", "_") }

// places are files whose names are no names for a template.
var places = map[string]string{
	"gitignore": ".gitignore", "ci.yml": ".github/workflows/test.yml", "plugin.js": "src/plugin.js", "plugin.py": "src/plugin.py",
}

// Write makes the project in dir, which must not exist or be empty, and returns the
// names of its files.
func (p Project) Write(dir string) ([]string, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files, err := p.files()
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// files are the texts of a project by their names.
func (p Project) files() (map[string][]byte, error) {
	files := map[string][]byte{}
	if err := p.example(files); err != nil {
		return nil, err
	}
	for _, of := range []string{"common", p.Lang, p.What, p.Lang + "-" + p.What} {
		if err := p.fill(files, of); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// example is that of a language under another name, with the contract; in Go nothing,
// because there the SDK has it.
func (p Project) example(files map[string][]byte) error {
	example := map[string][]byte{}
	switch p.Lang {
	case "go":
		return nil
	case "node":
		if err := add(example, plugins.Node, "node", ""); err != nil {
			return err
		}
	case "python":
		if err := add(example, plugins.Python, "python", ""); err != nil {
			return err
		}
		var err error
		if files["src/contract.binpb"], err = contract(); err != nil {
			return err
		}
	}
	does := "it stores secrets"
	if p.What == "generator" {
		does = "it makes values"
	}
	renamed := strings.NewReplacer("it stores secrets", does, "sz-plugin-shelf", "sz-plugin-"+p.Name, `name: "shelf"`, `name: "`+p.Name+`"`,
		`"name": "shelf"`, `"name": "`+p.Name+`"`, "shelf-example", p.Name+"-example", "shelf", p.Kind())
	for name, text := range example {
		files[name] = []byte(renamed.Replace(string(text)))
	}
	return add(files, proto.Files, ".", "proto/")
}

// add takes every file below a directory, with prefix before its name.
func add(files map[string][]byte, from fs.FS, dir, prefix string) error {
	return fs.WalkDir(from, dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		files[prefix+strings.TrimPrefix(name, dir+"/")] = text
		return err
	})
}

// fill takes the templates of a directory.
func (p Project) fill(files map[string][]byte, of string) error {
	entries, err := templates.ReadDir(path.Join("templates", of))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // what it would hold is in the example
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".tmpl")
		if place, ok := places[name]; ok {
			name = place
		}
		text, err := templates.ReadFile(path.Join("templates", of, entry.Name()))
		if err != nil {
			return err
		}
		t, err := template.New(name).Delims("<<", ">>").Parse(string(text))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := t.Execute(&out, p); err != nil {
			return err
		}
		files[name] = out.Bytes()
	}
	return nil
}
