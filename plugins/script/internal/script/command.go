package script

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretzero/sz/sdk"
)

// searchPath is where programs of this machine are looked for, whatever the user's
// own PATH says.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// shell reads lines, and files that do not say what reads them.
const shell = "/bin/sh"

// program is what is run: the path of a file, and the arguments before those of the
// configuration.
type program struct {
	path string
	args []string // without the name of the program itself
	env  []string // NAME=value
	// own means that the configuration's command is a file of the project, of which a
	// copy is the last of args.
	own bool
}

// program finds what to run; the copies of files are still to be made.
func (c Config) program() (program, error) {
	name := c.Command.Name
	switch {
	case c.Shell:
		return c.machine(shell, "-c", name, "sh")
	case c.Command.Exists:
		return c.ownScript()
	case strings.Contains(name, "/") && !filepath.IsAbs(name):
		return program{}, fault("no-file", fmt.Sprintf("%s is no file of the project", name), "write it relative to the Secretfile; a program of this machine is named without a slash, or with its whole path", "command")
	}
	return c.machine(name)
}

// machine is a program of this machine.
func (c Config) machine(name string, args ...string) (program, error) {
	path, ok := look(name)
	if !ok {
		return program{}, fault("no-program", fmt.Sprintf("%s is no program of this machine", name), "install it, or name it with its whole path; a file of the project is named as ./"+filepath.Base(name), "command")
	}
	return program{path: path, args: args}, nil
}

// look finds a program by name or path.
func look(name string) (string, bool) {
	if name == "" {
		return "", false
	}
	candidates := []string{name}
	if !filepath.IsAbs(name) {
		candidates = nil
		for _, dir := range filepath.SplitList(searchPath) {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	for _, path := range candidates {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, true
		}
	}
	return "", false
}

// ownScript is what reads a script of the project: the program on its first line, as
// the kernel would take it, else the shell.
func (c Config) ownScript() (program, error) {
	interpreter, args := shell, []string(nil)
	first, _, _ := bytes.Cut(c.Command.Data, []byte("\n"))
	switch line, ok := bytes.CutPrefix(first, []byte("#!")); {
	case ok:
		path, argument, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		if interpreter = path; strings.TrimSpace(argument) != "" {
			args = []string{strings.TrimSpace(argument)}
		}
	case bytes.IndexByte(c.Command.Data[:min(len(c.Command.Data), 1024)], 0) >= 0:
		return program{}, fault("no-script", c.Command.Name+" is no script", "a program is run where it is installed: name it with its whole path", "command")
	}
	p, err := c.machine(interpreter, args...)
	p.own = true
	return p, err
}

// placed is the program with copies of all files that the configuration names.
func (c Config) placed(place workplace) (program, error) {
	p, err := c.program()
	if err != nil {
		return program{}, err
	}
	words := c.Args
	if p.own {
		words = append([]sdk.ProjectFile{c.Command}, words...)
	}
	for i, word := range words {
		text := word.Name
		if word.Exists {
			if text, err = place.copy(i, word); err != nil {
				return program{}, failed("script-not-started", "a copy could not be made: "+err.Error(), "")
			}
		}
		p.args = append(p.args, text)
	}
	p.env = []string{"PATH=" + searchPath, "HOME=" + place.dir, "TMPDIR=" + place.dir, "LANG=C.UTF-8"}
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		p.env = append(p.env, "SZ_ARG_"+name+"="+c.Variables[name])
	}
	return p, nil
}
