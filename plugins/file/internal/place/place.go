// Package place is where a file of secrets may be: inside the project, reached
// through no link, and not one of the files that sz or a version control system
// lives by. Reading is in read.go, replacing in replace.go.
//
// Next: internal/target, which writes there.
package place

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// Clean is a path in its one spelling, relative to the project.
func Clean(text string) (string, error) {
	slashed := filepath.ToSlash(text)
	switch {
	case text == "":
		return "", errors.New("path is empty")
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("path holds a control character")
	case strings.Contains(text, "#"):
		return "", errors.New("path holds a #, which separates it from the key in an address")
	case path.IsAbs(slashed) || filepath.IsAbs(text) || filepath.VolumeName(text) != "":
		return "", errors.New("path is absolute; files are relative to the Secretfile")
	case strings.HasPrefix(slashed, "~"):
		return "", errors.New("path begins with ~, which is not replaced; files are relative to the Secretfile")
	}
	cleaned := path.Clean(slashed)
	if cleaned == "." || cleaned == ".." || strings.HasPrefix(cleaned, "../") {
		return "", errors.New("path leads out of the directory of the Secretfile")
	}
	return cleaned, reserved(cleaned)
}

// reserved refuses the files of version control and of sz itself: what is written
// there is run, or believed.
func reserved(name string) error {
	for _, part := range strings.Split(name, "/") {
		switch strings.ToLower(strings.TrimRight(part, ". ")) {
		case ".git", ".hg", ".svn", ".jj":
			return fmt.Errorf("path leads into %s", part)
		}
	}
	base := strings.ToLower(strings.TrimRight(path.Base(name), ". "))
	if strings.HasPrefix(base, "secretfile") || strings.HasSuffix(base, ".lock") || base == "sz.lock.hcl" {
		return fmt.Errorf("%s is a file that sz itself reads", path.Base(name))
	}
	return nil
}
