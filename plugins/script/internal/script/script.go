// Package script is the kind script: what a command prints is the value.
//
// A command gets its arguments, an environment made from nothing, a directory of its
// own that is removed afterwards, and on standard input what must not be seen. Of the
// project it gets copies of the files that the Secretfile names (copies.go), never the
// project itself; where it runs, there is no network. What a command prints goes into
// the value and nowhere else: no error quotes it.
//
// Next: command.go for what is run, run.go for how.
package script

import (
	"context"
	"errors"
	"time"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Config is what a script may be configured with.
type Config struct {
	Command   sdk.ProjectFile   `sz:"command,required" read:"to run a copy of it" doc:"a file of the project as ./FILE or DIR/FILE, or a program of this machine; with shell a line for it"`
	Args      []sdk.ProjectFile `sz:"args" read:"to hand a copy over in place of its name" doc:"the arguments; one that names a file of the project as ./FILE or DIR/FILE becomes the path of a copy"`
	Shell     bool              `sz:"shell" doc:"take the command for a line of the shell, whose arguments are $1 and so on"`
	Variables map[string]string `sz:"variables" doc:"what the command finds in its environment, each as SZ_ARG_ and its name"`
	Stdin     secret.Value      `sz:"stdin" doc:"what the command reads from standard input"`
	Timeout   string            `sz:"timeout" default:"30s" doc:"how long it may take, as in 10s or 2m"`
	Trim      string            `sz:"trim" default:"newline" enum:"newline,space,none" doc:"what is cut off the output: one newline at its end, all blank space around it, or nothing"`
}

// maxTimeout is how long a command may be given.
const maxTimeout = time.Hour

// Kind is script.
func Kind() sdk.Generator {
	return sdk.GeneratorOf[Config]{
		Kind: "script", Summary: "what a command prints",
		Permissions: []sdk.Permission{{Kind: sdk.Programs, Reason: "to run the command"}},
		Check:       func(c Config) (float64, error) { return 0, check(c) },
		Generate:    generate,
	}
}

// check finds what is wrong before anything is run.
func check(c Config) error {
	_, wrongTime := c.timeout()
	_, wrongCommand := c.program()
	return errors.Join(wrongTime, wrongCommand, c.checkVariables())
}

func (c Config) timeout() (time.Duration, error) {
	d, err := time.ParseDuration(c.Timeout)
	switch {
	case err != nil:
		return 0, fault("bad-timeout", "timeout is no duration", "write it as 10s or 2m", "timeout")
	case d <= 0 || d > maxTimeout:
		return 0, fault("bad-timeout", "timeout is zero or longer than an hour", "write it as 10s or 2m", "timeout")
	}
	return d, nil
}

var variableName = regex.Of(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c Config) checkVariables() error {
	var found []error
	for name := range c.Variables {
		if !variableName.MatchString(name) {
			found = append(found, fault("bad-name", "no variable of an environment can be called so", "use letters, digits and _", "variables", name))
		}
	}
	return errors.Join(found...)
}

func generate(ctx context.Context, c Config) (secret.Payload, error) {
	limit, err := c.timeout()
	if err != nil {
		return secret.Payload{}, err
	}
	place, err := newWorkplace()
	if err != nil {
		return secret.Payload{}, failed("script-not-started", "the command has no place to run in: "+err.Error(), "")
	}
	defer place.remove()
	p, err := c.placed(place)
	if err != nil {
		return secret.Payload{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	printed, err := p.run(ctx, place, c.Stdin)
	if err != nil {
		return secret.Payload{}, err
	}
	return value(printed, c.Trim)
}

func fault(code, summary, hint string, keys ...string) error {
	return &sdk.Error{Class: sdk.InvalidConfig, Code: code, Path: schema.Keys(keys...), Summary: summary, Hint: hint}
}

func failed(code, summary, hint string) error {
	return &sdk.Error{Code: code, Path: schema.Keys("command"), Summary: summary, Hint: hint}
}
