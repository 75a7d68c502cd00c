// Package pluginstore keeps the plugins that a user installed, each in a directory
// named for the hash of its binary, with the signed manifest of its release where it
// has one. Installing runs nothing, follows no link, unpacks no archive, and takes
// bounded space and time.
//
// Next: core/manifest, the signed word of an author; core/pluginhost, which runs what
// is kept here.
package pluginstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/secretzero/sz/core/manifest"
	"github.com/secretzero/sz/internal/regex"
)

// Platform is the one that this sz runs on, as manifests name it.
func Platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

// The files of an installed plugin, beside its binary.
const (
	manifestFile  = "manifest.json"
	signatureFile = manifestFile + manifest.Suffix
	binaryPrefix  = "sz-plugin-"
)

// Store is a directory of installed plugins.
type Store struct{ dir string }

// Open is the store in a directory, which need not be there yet.
func Open(dir string) Store { return Store{dir} }

// Installed is one plugin of the store.
type Installed struct {
	Name string
	Path string // of its binary
	Hash string // SHA-256 of its binary when it was installed, in hex
	// Manifest is its signed release; nil for a binary that nobody signed.
	Manifest *manifest.Manifest
}

// Version is that of its release; empty for a binary that nobody signed.
func (i Installed) Version() string {
	if i.Manifest == nil {
		return ""
	}
	return i.Manifest.Version
}

var hashName = regex.Of(`^[0-9a-f]{64}$`)

// List is what is installed, by name, the newest version of each first. What is
// damaged is left out and told of in the error.
func (s Store) List() ([]Installed, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("installed plugins: %w", err)
	}
	var list []Installed
	var damaged []error
	for _, e := range entries {
		if !e.IsDir() || !hashName.MatchString(e.Name()) {
			continue
		}
		i, err := s.load(e.Name())
		if err != nil {
			damaged = append(damaged, fmt.Errorf("installed plugin in %s: %w; remove the directory and install the plugin again", filepath.Join(s.dir, e.Name()), err))
			continue
		}
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b Installed) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		if c := CompareVersions(b.Version(), a.Version()); c != 0 {
			return c
		}
		return strings.Compare(a.Hash, b.Hash)
	})
	return list, errors.Join(damaged...)
}

func (s Store) load(hash string) (Installed, error) {
	dir := filepath.Join(s.dir, hash)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Installed{}, err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return Installed{}, err
	}
	i := Installed{Hash: hash}
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), binaryPrefix); ok && e.Type().IsRegular() {
			i.Name, i.Path = strings.TrimSuffix(name, ".exe"), filepath.Join(dir, e.Name())
		}
	}
	if i.Path == "" {
		return Installed{}, errors.New("there is no binary in it")
	}
	text, err := readFile(root, manifestFile, manifest.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return i, nil
	}
	if err != nil {
		return Installed{}, err
	}
	signature, err := readFile(root, signatureFile, maxSignature)
	if err != nil {
		return Installed{}, err
	}
	m, err := manifest.Open(text, signature)
	if err != nil {
		return Installed{}, err
	}
	if b, ok := m.Binary(Platform()); m.Name != i.Name || !ok || b.SHA256 != hash {
		return Installed{}, errors.New("its manifest is that of another plugin")
	}
	i.Manifest = &m
	return i, nil
}

// Choose takes one plugin of each name: the one that a project pins where one of its
// hashes is installed, else the newest.
func Choose(list []Installed, pinned func(name, hash string) bool) []Installed {
	var chosen []Installed
	for _, i := range list {
		at := slices.IndexFunc(chosen, func(c Installed) bool { return c.Name == i.Name })
		switch {
		case at < 0:
			chosen = append(chosen, i)
		case pinned(i.Name, i.Hash) && !pinned(i.Name, chosen[at].Hash):
			chosen[at] = i
		}
	}
	return chosen
}

// Remove takes a plugin out of the store.
func (s Store) Remove(i Installed) error {
	if !hashName.MatchString(i.Hash) {
		return fmt.Errorf("%q is no hash of an installed plugin", i.Hash)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, i.Hash)); err != nil {
		return fmt.Errorf("remove plugin %s: %w", i.Name, err)
	}
	return nil
}
