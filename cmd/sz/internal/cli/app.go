package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/secretzero/sz/cmd/sz/internal/crash"
	"github.com/secretzero/sz/cmd/sz/internal/ui"
	"github.com/secretzero/sz/core/redact"
	"github.com/secretzero/sz/core/sandbox"
)

// Main runs sz and returns its exit code.
func Main(args []string, stdin *os.File, stdout, stderr *os.File) (code int) {
	mask := &redact.Masker{}
	out, errs := newStream(mask, stdout), newStream(mask, stderr)
	defer func() {
		if cause := recover(); cause != nil {
			code = crashed(errs, cause)
		}
		_, _ = out.Flush(), errs.Flush()
	}()
	debug.SetGCPercent(collectSeldom)
	if err := sandbox.Harden(); err != nil {
		fmt.Fprintln(stderr, "warning: the memory of sz is not closed to other programs:", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal lets writes under way finish; with the handler gone, a
	// second one ends the process at once.
	defer context.AfterFunc(ctx, func() {
		stop()
		fmt.Fprintln(stderr, "interrupted: finishing what is under way; once more ends at once")
	})()
	crash.Fault()
	app := newApp(stdin, out, errs)
	err := app.RunContext(ctx, flagsFirst(app.Commands, args))
	if err == nil {
		return exitOK
	}
	explain(ui.New(out, errs, wantsColor(args, stderr), false), wantsJSON(args), err)
	return codeOf(err)
}

func newApp(stdin *os.File, stdout, stderr stream) *cli.App {
	cli.VersionPrinter = func(c *cli.Context) { fmt.Fprintln(c.App.Writer, c.App.Version) }
	commands := []*cli.Command{
		initCommand(), validateCommand(), planCommand(), applyCommand(), rotateCommand(),
		destroyCommand(), purgeCommand(), importCommand(), driftCommand(), statusCommand(), showCommand(), stateCommand(), auditCommand(),
		versionsCommand(), refsCommand(), doctorCommand(),
		pluginCommand(),
		fmtCommand(), convertCommand(), graphCommand(), schemaCommand(), versionCommand(),
	}
	for _, c := range commands {
		harden(c)
	}
	return &cli.App{
		Name:      "sz",
		Usage:     "make the secrets that a Secretfile declares exist where they must be",
		UsageText: "sz COMMAND [FLAGS]",
		Description: "Start with a Secretfile.yml, then:\n\n" +
			"   sz validate   is the file right?\n" +
			"   sz plan       what would be done?\n" +
			"   sz apply      do it",
		Version:                   version(),
		Commands:                  commands,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		EnableBashCompletion:      true,
		Reader:                    stdin,
		Writer:                    stdout,
		ErrWriter:                 stderr,
		OnUsageError:              usageError,
		ExitErrHandler:            func(*cli.Context, error) {},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Args().First(), commands)
			}
			return cli.ShowAppHelp(c)
		},
	}
}

// harden closes traps of urfave/cli v2: it would ignore arguments that a command does
// not take.
func harden(c *cli.Command) {
	for _, sub := range c.Subcommands {
		harden(sub)
	}
	if len(c.Subcommands) > 0 {
		c.OnUsageError, c.HideHelpCommand = usageError, true
		return // its own arguments are the commands below it
	}
	c.OnUsageError = usageError
	c.HideHelpCommand = true
	c.Before = func(c *cli.Context) error {
		if !c.Args().Present() || c.Command.ArgsUsage != "" {
			return nil
		}
		return fail(exitError, fmt.Sprintf("sz %s takes no arguments, and got %q; a Secretfile is named with -f FILE", c.Command.Name, c.Args().First()))
	}
}

func usageError(c *cli.Context, err error, _ bool) error {
	command := "sz"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != "sz" {
		command = "sz " + c.Command.Name
	}
	text := strings.Replace(err.Error(), "flag provided but not defined: ", "unknown flag ", 1)
	return fail(exitError, fmt.Sprintf("%s; `%s --help` lists the flags", text, command))
}

func unknownCommand(name string, commands []*cli.Command) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.Names()...)
	}
	text := fmt.Sprintf("unknown command %q", name)
	if near := ui.Nearest(name, names); near != "" {
		return fail(exitError, fmt.Sprintf("%s; did you mean %q?", text, near))
	}
	return fail(exitError, text+"; `sz --help` lists the commands")
}

// explain prints why a command failed, unless it did so itself.
func explain(out *ui.UI, asJSON bool, err error) {
	e, ok := errors.AsType[*exit](err)
	if !ok {
		e = &exit{code: exitError, text: err.Error()}
	}
	if e.shown {
		return
	}
	if asJSON {
		out.JSONError(e.code, e.text, e.found)
		return
	}
	out.Diagnostics(e.found, nil)
	if e.text != "" {
		out.Error(e.text)
	}
}

func wantsJSON(args []string) bool {
	for _, a := range args {
		if a == "--json" || a == "-json" {
			return true
		}
	}
	return false
}

func wantsColor(args []string, stderr *os.File) bool {
	for _, a := range args {
		if a == "--no-color" || a == "-no-color" {
			return false
		}
	}
	return ui.Colorful(stderr)
}
