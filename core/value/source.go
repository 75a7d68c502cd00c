package value

import (
	"errors"
	"fmt"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// Outside is what sources reach. The zero Outside has nothing in it.
type Outside struct {
	// Env looks up a variable of the environment.
	Env func(name string) (string, bool)
	// ReadFile reads a file of the project, within its directory and of bounded
	// size.
	ReadFile func(path string) ([]byte, error)
	// Absent takes what is not there for not known yet, instead of an error.
	Absent bool
}

// Source is the value that a source gives, or the secret that it names. What is read
// from a provider is had when it is stored, and is none of this package's. Nothing
// means that there is none: that is reported for a source that is required, and the
// secret's own kind makes a value for one that is not.
func Source(of string, s *secretfile.Source, out Outside) (Stated, diag.List) {
	report := func(at diag.Range, code, summary, hint string) (Stated, diag.List) {
		if !s.Required || out.Absent {
			return Stated{}, nil
		}
		return Stated{}, diag.List{{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: at}}
	}
	config := s.Config.Schema()
	text := func(key string) string { return config.Get(key).Expose() }
	switch s.Kind {
	case secretfile.SourceSecret:
		return Stated{Pieces: []secretfile.Piece{{Ref: s.Ref}}}, nil
	case secretfile.SourceEnv:
		value, set := "", false
		if out.Env != nil {
			value, set = out.Env(text("name"))
		}
		if config.Get("trim").Bool() {
			value = strings.TrimSpace(value)
		}
		if !set || value == "" && !config.Get("allow_empty").Bool() {
			return report(s.Config.Get("name").Range(), "env-unset", fmt.Sprintf("environment variable %s is not set, and %s is to come from it", diag.Short(text("name")), of), "set it, or write required: false for the secret's own kind to make a value")
		}
		payload := secret.NewText(secret.FromString(value))
		return Stated{Value: &payload}, nil
	case secretfile.SourceFile:
		if out.ReadFile == nil {
			return report(s.Config.Get("path").Range(), "unreadable-file", "files cannot be read here", "")
		}
		data, err := out.ReadFile(text("path"))
		if err == nil {
			var payload secret.Payload
			if payload, err = pick(data, text("format"), config.Get("key")); err == nil {
				return Stated{Value: &payload}, nil
			}
			if !errors.Is(err, errNoKey) {
				// The file is there and wrong, which no default mends.
				return Stated{}, diag.List{{Severity: diag.Error, Code: "unreadable-file", Summary: fmt.Sprintf("%s: %v", of, err), Range: s.Config.Get("path").Range()}}
			}
		}
		return report(s.Config.Get("path").Range(), "unreadable-file", fmt.Sprintf("%s is to come from a file: %v", of, err), "")
	}
	return Stated{}, nil
}

var errNoKey = errors.New("the file has no such key")

// pick takes a value out of a file.
func pick(data []byte, format string, key schema.Value) (secret.Payload, error) {
	switch format {
	case "json":
		return pickJSON(data, key)
	case "dotenv":
		return pickDotenv(string(data), key)
	}
	if !key.IsNull() {
		return secret.Payload{}, errors.New("a file of format text has no keys")
	}
	return secret.NewText(secret.New(data)), nil
}
