package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/syntax"
)

const (
	flagTo     = "to"
	flagOutput = "output"
)

func convertCommand() *cli.Command {
	return &cli.Command{
		Name:      "convert",
		Usage:     "write a Secretfile in the other language",
		UsageText: "sz convert [-f FILE] [--to yaml|hcl] [-o FILE]",
		Description: "The result says the same, with the comments of the file, and goes to standard\n" +
			"output or to a new file. Aliases of YAML are written out.\n\n" +
			"Exit status: 0 done, 3 the file cannot be read or converted.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: flagFile, Aliases: []string{"f"}, Usage: "the `FILE` to convert (default: the Secretfile here)"},
			&cli.StringFlag{Name: flagTo, Usage: "the `LANGUAGE`, yaml or hcl (default: the other one)"},
			&cli.StringFlag{Name: flagOutput, Aliases: []string{"o"}, Usage: "write to a new `FILE`"},
			&cli.BoolFlag{Name: flagNoColor, Usage: "print without colour"},
		},
		Action: convert,
	}
}

func convert(c *cli.Context) error {
	path, err := secretfilePath(c.String(flagFile))
	if err != nil {
		return err
	}
	text, err := readSecretfile(path, c.String(flagFile))
	if err != nil {
		return fail(exitSecretfile, err.Error())
	}
	from := syntax.LanguageOf(path, text)
	to, err := otherLanguage(from, c.String(flagTo))
	if err != nil {
		return err
	}
	sources := &diag.Sources{}
	root, found := syntax.Parse(path, text, from, dialectOf(path), sources)
	sources.Hide(path) // nothing has told what is secret in it
	var converted []byte
	if root != nil && !found.HasErrors() {
		syntax.ReadComments(root, text, from)
		converted, found = syntax.Print(root, to, dialectOf(path))
	}
	if found.HasErrors() {
		plainUI(c).Diagnostics(found, sources)
		return done(exitSecretfile)
	}
	if name := c.String(flagOutput); name != "" {
		return writeNew(name, converted)
	}
	_, err = c.App.Writer.Write(converted)
	return err
}

func otherLanguage(from syntax.Language, named string) (syntax.Language, error) {
	switch {
	case named == "yaml", named == "yml", named == "" && from == syntax.HCL:
		return syntax.YAML, nil
	case named == "hcl", named == "":
		return syntax.HCL, nil
	}
	return from, fail(exitError, fmt.Sprintf("--to %s: the languages are yaml and hcl", named))
}

// overwrite writes a file, over what it held.
func overwrite(path string, text []byte) error {
	if _, err := os.Stat(path); err == nil {
		return replaceFile(path, text)
	}
	return writeNew(path, text)
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
