package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/core/value"
)

// maxSecretfile is how much of a file is read; the language refuses what is near.
const maxSecretfile = 64 << 20

// secretfileNames are the names that are looked for, in one directory only.
var secretfileNames = []string{"Secretfile.yml", "Secretfile.yaml", "Secretfile.hcl"}

// secretfilePath is the file that was named, or the one that lies here.
func secretfilePath(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	var here []string
	for _, name := range secretfileNames {
		if _, err := os.Stat(name); err == nil {
			here = append(here, name)
		}
	}
	switch len(here) {
	case 0:
		return "", fail(exitSecretfile, "no "+strings.Join(secretfileNames, ", ")+" in this directory; name a Secretfile with -f FILE")
	case 1:
		return here[0], nil
	}
	return "", fail(exitSecretfile, strings.Join(here, " and ")+" are both here; name one with -f FILE")
}

// How often memory is collected: in per cent of what is in use, see
// [debug.SetGCPercent]. With Go's own 100 an apply of 300 secrets spends a tenth of its
// time on a few megabytes. In a big file the memory counts: ten thousand secrets are
// checked in 140 MiB, and that takes no longer (BenchmarkValidate).
const (
	collectSeldom = 400
	collectOften  = 40
	bigFile       = 256 << 10 // some 1,400 secrets
)

// readSecretfile reads the Secretfile that the user named, wherever it is, or the one
// that lies here, which is a regular file of this directory.
func readSecretfile(path, named string) ([]byte, error) {
	read := func() ([]byte, error) { return readBelow(".", path) }
	if named != "" {
		read = func() ([]byte, error) { return readBounded(path) }
	}
	text, err := read()
	if len(text) > bigFile {
		debug.SetGCPercent(collectOften)
	}
	return text, err
}

// readBounded reads a file that the user named, which may be a pipe.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secretfile: %w", err)
	}
	defer file.Close()
	return readAll(file, path)
}

// readRegular reads a file that a repository names: a pipe could stay silent for
// ever, and a device say anything.
func readRegular(file *os.File, path string) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	return readAll(file, path)
}

func readAll(file *os.File, path string) ([]byte, error) {
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecretfile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// projectFiles reads files of a project for its Secretfile. All paths go through
// one root, the directory of the Secretfile, so that neither .. nor a link leads
// out of it.
type projectFiles struct{ dir string }

// Variables reads a file of variables that an environment names: below the
// Secretfile, else below the working directory, which is said.
func (p projectFiles) Variables(path string) (secretfile.VariableFile, error) {
	text, err := readBelow(p.dir, path)
	if err == nil {
		return secretfile.VariableFile{Name: filepath.Join(p.dir, path), Text: text}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return secretfile.VariableFile{}, err
	}
	if text, elsewhere := readBelow(".", path); elsewhere == nil {
		return secretfile.VariableFile{
			Name: path, Text: text,
			Notice: fmt.Sprintf("%s is not beside the Secretfile and was read from the working directory", path),
		}, nil
	}
	return secretfile.VariableFile{}, err
}

// Template reads a text that a value is composed of.
func (p projectFiles) Template(path string) ([]byte, error) { return readBelow(p.dir, path) }

// ReadFile reads a file that a source names.
func (p projectFiles) ReadFile(path string) ([]byte, error) { return readBelow(p.dir, path) }

var errOutside = errors.New("the path leads out of the directory of the Secretfile")

// inProject refuses a path that leaves the project, or that leads into what version
// control keeps of its own.
func inProject(path string) error {
	if !filepath.IsLocal(path) || strings.HasPrefix(path, "~") {
		return errOutside
	}
	for part := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		switch strings.TrimRight(strings.ToLower(part), ". ") {
		case ".git", ".hg", ".svn", ".jj":
			return fmt.Errorf("%s is inside a repository's own directory", path)
		}
	}
	return nil
}

func readBelow(dir, path string) ([]byte, error) {
	if err := inProject(path); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.OpenFile(path, openFlags, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		}
		return nil, fmt.Errorf("%s cannot be read: %w", path, errOutside)
	}
	defer file.Close()
	return readRegular(file, path)
}

// loadOptions are how the flags say that a Secretfile is read.
func (p *project) loadOptions(c *cli.Context, unsetIsUnknown bool) (secretfile.Options, value.Outside, error) {
	files := projectFiles{filepath.Dir(p.path)}
	options := secretfile.Options{
		Env: os.LookupEnv, Environment: c.String(flagEnv), Files: files, Vars: map[string]string{},
		UnsetEnvIsUnknown: unsetIsUnknown, Strict: c.Bool(flagStrict),
	}
	for _, path := range c.StringSlice(flagVarFile) {
		text, err := readBounded(path)
		if err != nil {
			return options, value.Outside{}, fail(exitSecretfile, "--var-file: "+strings.TrimPrefix(err.Error(), "secretfile: "))
		}
		options.VariableFiles = append(options.VariableFiles, secretfile.VariableFile{Name: path, Text: text})
	}
	for _, assignment := range c.StringSlice(flagVar) {
		name, text, ok := strings.Cut(assignment, "=")
		if !ok || name == "" {
			// What stands there is not shown: it may be a value alone.
			return options, value.Outside{}, fail(exitError, "--var takes NAME=TEXT")
		}
		options.Vars[name] = text
	}
	return options, value.Outside{Env: os.LookupEnv, ReadFile: files.ReadFile, Absent: unsetIsUnknown}, nil
}
