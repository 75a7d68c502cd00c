package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/secretzero/sz/plugins/azure-keyvault/emulator"
)

// serve runs an emulator until it is told to end.
func serve(args []string, to streams) (int, error) {
	s, rest, err := parse("serve", args)
	defer s.close()
	if err != nil || len(rest) > 0 {
		return exitUsage, errors.Join(err, unexpected(rest))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := emulator.Start(s.Options)
	if err != nil {
		return exitFailure, err
	}
	env, dir, err := surroundings(server, s.on)
	if err != nil {
		return exitFailure, errors.Join(err, server.Close())
	}
	defer os.RemoveAll(dir)
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(to.stdout, "export %s=%s\n", name, quote(value))
	}
	fmt.Fprintln(to.stderr, "keyvault-emulator: serving; end it with Ctrl-C")
	<-ctx.Done()
	return 0, server.Close()
}

// quote makes a text one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
