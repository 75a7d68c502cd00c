package pluginhost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// namePrefix starts the file name of every plugin.
const namePrefix = "sz-plugin-"

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// Candidate is a file that may be a plugin. Nothing has been run to find it.
type Candidate struct {
	Name string // as in sz-plugin-NAME
	Path string // absolute
	Dev  bool   // the user named this very file to develop it
}

// Dirs are the places where plugins are looked for, the first match of a name
// winning: the directories that the user named; the user's store in dataHome;
// beside the executable. Never PATH, the working directory or the project.
func Dirs(named []string, dataHome, executable string) []string {
	dirs := append([]string(nil), named...)
	if dataHome != "" {
		dirs = append(dirs, filepath.Join(dataHome, "sz", "plugins"))
	}
	if executable != "" {
		beside := filepath.Dir(executable)
		dirs = append(dirs, filepath.Join(beside, "..", "libexec", "sz", "plugins"), beside)
	}
	return dirs
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
			if path := filepath.Join(dir, entry.Name()); executable(path) {
				seen[name] = true
				found = append(found, Candidate{Name: name, Path: path})
			}
		}
	}
	return found, nil
}

func pluginName(file string) (string, bool) {
	if runtime.GOOS == "windows" {
		file = strings.TrimSuffix(file, ".exe")
	}
	name, ok := strings.CutPrefix(file, namePrefix)
	return name, ok && nameRule.MatchString(name)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}
