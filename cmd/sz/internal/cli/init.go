package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/pluginhost"
	"github.com/secretzero/sz/core/pluginlock"
)

const flagUpgrade = "upgrade"

func initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "make a directory ready: a first Secretfile, and the plugins that it uses pinned",
		UsageText: "sz init [-f FILE] [--upgrade]",
		Description: "Where there is no Secretfile, a first one is written. The plugins that it uses are\n" +
			"recorded in " + pluginlock.Name + " with their hashes and with what they ask for, and from then\n" +
			"on sz takes no others. Git is told how to merge lock files, and to leave out\n" +
			"those of this machine. Running it again changes nothing that is right.\n\n" +
			"Exit status: 0 ready, 3 the Secretfile is wrong, 5 a plugin is not the one that\n" +
			"was recorded (--upgrade records it anew).",
		Flags:  commonFlags(&cli.BoolFlag{Name: flagUpgrade, Usage: "record plugins anew that are not those that were recorded"}),
		Action: runInit,
	}
}

// firstSecretfile is what is written where there is none: one secret in one file, so
// that `sz apply` works at once, with what comes next beside it.
const firstSecretfile = `# Which secrets this project has, how each comes to be, and where each must be.
# ` + "`sz plan`" + ` shows what would be done, and ` + "`sz apply`" + ` does it.
metadata:
  project: %s

secrets:
  - name: SESSION_KEY
    kind: random_string
    config: {length: 64, charset: hex}
    targets:
      - provider: local
        kind: file
        config: {path: .env}
      # And in Azure Key Vault:
      # - provider: azure
      #   kind: key_vault
      #   config: {vault_url: "https://NAME.vault.azure.net"}
`

func runInit(c *cli.Context) error {
	if err := startSecretfile(c); err != nil {
		return err
	}
	p, err := newProject(c)
	if err != nil {
		return err
	}
	defer p.Close()
	p.lenient = true
	if err := p.load(c.Context, c, true); err != nil {
		return err
	}
	p.ui.Diagnostics(p.warnings, p.sources())
	if err := p.pin(c); err != nil {
		return err
	}
	base := strings.TrimSuffix(filepath.Base(p.path), filepath.Ext(p.path))
	for _, line := range []struct{ file, text string }{{".gitattributes", base + "*.lock merge=union"}, {".gitignore", base + "*.local.lock"}} {
		added, err := addLine(p.root, line.file, line.text)
		if err != nil {
			return fail(exitError, err.Error())
		}
		if added {
			p.ui.Print(fmt.Sprintf("added %q to %s\n", line.text, line.file))
		}
	}
	p.ui.Print(fmt.Sprintf("%s is ready; `sz plan` shows what would be done\n", p.path))
	return nil
}

// startSecretfile writes a first Secretfile where there is none and none was named.
func startSecretfile(c *cli.Context) error {
	if c.String(flagFile) != "" {
		return nil
	}
	for _, name := range secretfileNames {
		if _, err := os.Lstat(name); err == nil {
			return nil
		}
	}
	dir, err := realDir(".")
	if err != nil {
		return fail(exitError, err.Error())
	}
	file, err := os.OpenFile(secretfileNames[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fail(exitError, err.Error())
	}
	_, err = fmt.Fprintf(file, firstSecretfile, projectName(filepath.Base(dir)))
	if err = errors.Join(err, file.Close()); err != nil {
		return fail(exitError, err.Error())
	}
	plainUI(c).Print("wrote a first " + secretfileNames[0] + "\n")
	return nil
}

// projectName is a name for a project, out of that of its directory.
func projectName(dir string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, dir), "-")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "my-project"
	}
	return name
}

// pin records the plugins that the project uses.
func (p *project) pin(c *cli.Context) error {
	lock := p.user.lock
	var wrong []error
	for _, s := range p.usedPlugins() {
		if s.Dev {
			p.ui.Info("notice: plugin %s is under development and not recorded", s.Candidate.Name)
			continue
		}
		pin, pinned := lock.Plugin(s.Candidate.Name)
		if pinned && !c.Bool(flagUpgrade) {
			wrong = append(wrong, repin(pin, s)...)
		}
		lock = lock.With(pinOf(s))
	}
	if err := errors.Join(wrong...); err != nil {
		return fail(exitPolicy, err.Error()+"\nnothing was recorded")
	}
	if len(lock.Plugins) == 0 || p.user.locked && string(lock.Encode()) == string(p.user.lock.Encode()) {
		return nil
	}
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return fail(exitError, err.Error())
	}
	defer root.Close()
	if err := lock.Write(root); err != nil {
		return fail(exitError, err.Error())
	}
	for _, pinned := range lock.Plugins {
		p.ui.Print(fmt.Sprintf("pinned plugin %s %s\n", pinned.Name, diag.OneLine(pinned.Version)))
	}
	return nil
}

// repin reports a plugin that is not the one that was recorded. The same release on
// another platform is: its hash is added.
func repin(pin pluginlock.Plugin, s pluginhost.Served) []error {
	here := pinOf(s)
	for platform := range here.Hashes {
		if _, known := pin.Hashes[platform]; !known && here.Version == pin.Version && here.Signer == pin.Signer && here.Description == pin.Description {
			return beyond(pin, s)
		}
	}
	return differences(pin, s)
}

// addLine appends a line to a file of the project that does not have it.
func addLine(dir, name, line string) (bool, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s is no regular file", name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	file, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return false, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecretfile))
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	for have := range strings.Lines(string(text)) {
		if strings.TrimSpace(have) == line {
			return false, nil
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		line = "\n" + line
	}
	if _, err := file.WriteString(line + "\n"); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return true, nil
}
