// Package scaffold writes the project of a new plugin. Its templates are in
// templates/, with << and >> around what is filled in: COMMON and the language's own
// files for every project, and those for what is written.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// Project is what a project is made of.
type Project struct {
	Name       string // as in sz-plugin-NAME
	What       string // target or generator
	Lang       string // go or node
	Module     string // the Go module's path
	SDKVersion string // of the Go SDK
	SDKDir     string // where the SDK is on this machine; empty for the released one
}

// Kind is the plugin's name as a kind.
func (p Project) Kind() string { return strings.ReplaceAll(p.Name, "-", "_") }

// places are files whose names are no names for a template.
var places = map[string]string{"gitignore": ".gitignore", "ci.yml": ".github/workflows/test.yml"}

// Write makes the project in dir, which must not exist or be empty, and returns the
// names of its files.
func (p Project) Write(dir string) ([]string, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var made []string
	for _, of := range []string{"common", p.Lang, p.Lang + "-" + p.What} {
		entries, err := templates.ReadDir(path.Join("templates", of))
		if err != nil {
			return nil, fmt.Errorf("there is no %s in %s to begin with", p.What, p.Lang)
		}
		for _, entry := range entries {
			name := strings.TrimSuffix(entry.Name(), ".tmpl")
			if place, ok := places[name]; ok {
				name = place
			}
			if err := p.file(path.Join("templates", of, entry.Name()), filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				return nil, err
			}
			made = append(made, name)
		}
	}
	return made, nil
}

func (p Project) file(from, to string) error {
	text, err := templates.ReadFile(from)
	if err != nil {
		return err
	}
	t, err := template.New(from).Delims("<<", ">>").Parse(string(text))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}
