package identity

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretzero/sz/sdk"
)

// maxFile is more than any token, certificate or secret needs.
const maxFile = 1 << 20

// path makes a path of the configuration absolute: relative ones start where the
// Secretfile is.
func (o Options) path(path string) (string, error) {
	switch {
	case filepath.IsAbs(path):
		return path, nil
	case strings.HasPrefix(path, "~"):
		return "", errors.New("~ is not expanded; write the path out")
	case !filepath.IsLocal(path):
		return "", errors.New("it leads out of the project directory")
	case o.Info.ProjectRoot == "":
		return "", errors.New("a relative path needs a project directory")
	}
	return filepath.Join(o.Info.ProjectRoot, path), nil
}

// ReadFile reads a regular file of bounded size in the project directory, which its
// path does not leave, also through links. It reads as a credential's files are read.
func ReadFile(project, path string) ([]byte, error) {
	if filepath.IsAbs(path) {
		return nil, errors.New("it leads out of the project directory")
	}
	return Options{Info: sdk.OpenInfo{ProjectRoot: project}}.read(path)
}

// read reads a file that proves who this is. A relative path stays within the project,
// also through links.
func (o Options) read(path string) ([]byte, error) {
	absolute, err := o.path(path)
	if err != nil {
		return nil, err
	}
	root, name := "", absolute
	if !filepath.IsAbs(path) {
		root, name = o.Info.ProjectRoot, path
	}
	file, err := openRegular(root, name)
	if err != nil {
		return nil, plain(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	case len(text) == 0:
		return nil, errors.New("it is empty")
	}
	return text, nil
}

// openRegular opens a regular file, below root when there is one. It looks before it
// opens: opening a pipe would wait for who writes to it.
func openRegular(root, name string) (*os.File, error) {
	stat, open := os.Stat, os.Open
	if root != "" {
		below, err := os.OpenRoot(root)
		if errors.Is(err, fs.ErrPermission) {
			// In the sandbox the project is not to be seen, but for the files in it
			// that were granted, which sz found without leaving it.
			return openRegularAt(filepath.Join(root, name), os.Lstat, os.Open)
		}
		if err != nil {
			return nil, err
		}
		defer below.Close()
		stat, open = below.Stat, below.Open
	}
	return openRegularAt(name, stat, open)
}

func openRegularAt(name string, stat func(string) (fs.FileInfo, error), open func(string) (*os.File, error)) (*os.File, error) {
	info, err := stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	return open(name)
}

// plain is an error of the file system without the path, which the message names
// already.
func plain(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err
	}
	return err
}
