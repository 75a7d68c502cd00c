package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
)

const flagCheck = "check"

func fmtCommand() *cli.Command {
	return &cli.Command{
		Name:      "fmt",
		Usage:     "lay out Secretfiles and files of variables",
		UsageText: "sz fmt [--check] [FILE…]",
		ArgsUsage: "[FILE…]",
		Description: "Indentation, blank lines and ends of lines become the same everywhere; comments\n" +
			"stay, and what the file says does not change. Without FILE, the Secretfile of\n" +
			"this directory. The names of the files that were changed are printed.\n\n" +
			"Exit status: 0 done, 1 with --check: a file would change, 3 a file cannot be read.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: flagCheck, Usage: "change nothing, and exit with 1 when a file would change"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		},
		Action: format,
	}
}

func format(c *cli.Context) error {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		path, err := secretfilePath("")
		if err != nil {
			return err
		}
		paths = []string{path}
	}
	out := plainUI(c)
	code := exitOK
	for _, path := range paths {
		changed, found, err := formatFile(path, c.Bool(flagCheck))
		switch {
		case err != nil:
			out.Error(err.Error())
			code = worse(code, exitSecretfile)
		case found.HasErrors():
			out.Diagnostics(found, nil)
			code = worse(code, exitSecretfile)
		case changed:
			out.Print(diag.Printable(path) + "\n")
			if c.Bool(flagCheck) {
				code = worse(code, exitError)
			}
		}
	}
	return done(code)
}

// formatFile lays out one file, and tells whether that changes it.
func formatFile(path string, check bool) (bool, diag.List, error) {
	text, err := readBounded(path)
	if err != nil {
		return false, nil, errors.New(strings.TrimPrefix(err.Error(), "secretfile: "))
	}
	formatted, found, err := syntax.Format(path, text, syntax.LanguageOf(path, text), dialectOf(path))
	if err != nil {
		return false, nil, fmt.Errorf("%s: %w", path, err)
	}
	if found.HasErrors() || bytes.Equal(text, formatted) {
		return false, found, nil
	}
	if check {
		return true, nil, nil
	}
	return true, nil, replaceFile(path, formatted)
}

// dialectOf is what a file is by its name: a Secretfile, or variables.
func dialectOf(path string) syntax.Dialect {
	if filepath.Ext(path) == ".szvar" {
		return syntax.Variables
	}
	return syntax.Secretfile
}

// replaceFile writes a file anew, whole or not at all, with the permissions that it
// had.
func replaceFile(path string, text []byte) error {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".sz-fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(info.Mode().Perm()), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// plainUI prints for commands that have no project.
func plainUI(c *cli.Context) *ui.UI {
	stderr, isFile := fileOf(c.App.ErrWriter)
	return ui.New(c.App.Writer, c.App.ErrWriter, isFile && !c.Bool(flagNoColor) && ui.Colorful(stderr), false)
}
