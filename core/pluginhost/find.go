package pluginhost

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

// namePrefix starts the file name of every plugin.
const namePrefix = "sz-plugin-"

var nameRule = regex.Of(`^[a-z][a-z0-9-]{0,62}$`)

// Candidate is a file that may be a plugin. Nothing has been run to find it.
type Candidate struct {
	Name string // as in sz-plugin-NAME
	Path string // absolute
	Dev  bool   // the user named this very file to develop it
	// Attached says that Path is what a plugin wrote that its author started, and that
	// waits for sz: see [Attachable].
	Attached bool
	// Installed is the SHA-256 that it was installed with, in hex; empty for a plugin
	// that lies where the user put it.
	Installed string
	// Release is the signed release that it was installed from; nil for none.
	Release *manifest.Manifest
}

// Beside are the places beside the executable where the plugins that come with sz
// lie.
func Beside(executable string) []string {
	beside := filepath.Dir(executable)
	return []string{filepath.Join(beside, "..", "libexec", "sz", "plugins"), beside}
}

// candidates are the plugins to choose from, the first of a name winning: those under
// development, those in the directories that the user named, the installed ones, those
// beside sz. Never PATH, the working directory or the project.
func (h *Host) candidates() ([]Candidate, error) {
	named, err := Find(h.options.Dirs)
	if err != nil {
		return nil, err
	}
	beside, err := Find(h.options.Beside)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(h.options.Dev, named, h.options.Installed, beside), func(c Candidate) bool {
		taken := seen[c.Name]
		seen[c.Name] = true
		return taken
	}), nil
}

// Find lists the plugins in dirs. A directory that does not exist is passed over;
// one that cannot be read is an error. Relative directories are refused.
func Find(dirs []string) ([]Candidate, error) {
	var found []Candidate
	seen := map[string]bool{}
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			return nil, fmt.Errorf("plugin directory %q is not an absolute path", dir)
		}
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("plugin directory: %w", err)
		}
		for _, entry := range entries {
			name, ok := pluginName(entry.Name())
			if !ok || seen[name] {
				continue
			}
			if path := filepath.Join(dir, entry.Name()); IsExecutable(path) {
				seen[name] = true
				found = append(found, Candidate{Name: name, Path: path})
			}
		}
	}
	return found, nil
}

// NameOf is the name of the plugin in a file of a name; false for a file that is
// none.
func NameOf(file string) (string, bool) { return pluginName(file) }

// IsName reports a text that a plugin may be called: [a-z][a-z0-9-]{0,62}.
func IsName(name string) bool { return nameRule.MatchString(name) }

func pluginName(file string) (string, bool) {
	if runtime.GOOS == "windows" {
		file = strings.TrimSuffix(file, ".exe")
	}
	name, ok := strings.CutPrefix(file, namePrefix)
	return name, ok && IsName(name)
}

// IsExecutable reports a regular file that may be run.
func IsExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}
