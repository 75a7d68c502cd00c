package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/secretzero/sz/plugins/file/internal/format"
	"github.com/secretzero/sz/plugins/file/internal/place"
	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// Config is what a target file may be configured with.
type Config struct {
	Path   string `sz:"path,required,identity" doc:"the file, relative to the Secretfile"`
	Format string `sz:"format" enum:"dotenv,json,yaml,toml,tfvars,text" doc:"dotenv, json, yaml, toml, tfvars, or text for a file that is the value; by the name of the file when nothing is said"`
	Key    string `sz:"key,identity" doc:"the key; the secret's name when nothing is said, and a field's after it"`
	Merge  bool   `sz:"merge" default:"true" doc:"keep what else is in the file; false claims the file for this secret"`
	Mode   string `sz:"mode" default:"0600" pattern:"0?[0-7]{3}" hint:"an octal mode in quotes, such as \"0600\"" doc:"the mode of a new file; one that exists never gets a wider one"`
}

// plainExtensions are those of files that hold one value and nothing else.
var plainExtensions = []string{".txt", ".pem", ".key", ".crt", ".cer", ".pub"}

// format is the one that is configured, or that of the file's name.
func (c Config) format() (string, error) {
	if c.Format != "" {
		return c.Format, nil
	}
	base := strings.ToLower(path.Base(c.Path))
	switch extension := path.Ext(base); {
	case base == ".env" || strings.HasPrefix(base, ".env.") || extension == ".env":
		return format.Dotenv, nil
	case extension == ".json":
		return format.JSON, nil
	case extension == ".yaml" || extension == ".yml":
		return format.YAML, nil
	case extension == ".tfvars":
		return format.Tfvars, nil
	case extension == ".toml":
		return format.TOML, nil
	case slices.Contains(plainExtensions, extension):
		return format.Text, nil
	}
	return "", fmt.Errorf("the name of %s does not tell its format", path.Base(c.Path))
}

func (c Config) mode() fs.FileMode {
	mode, err := strconv.ParseUint(c.Mode, 8, 12)
	if err != nil {
		return 0o600
	}
	return fs.FileMode(mode) & fs.ModePerm
}

// check finds the address and what the target takes up.
//
// A single value is at PATH#KEY and claims that. A structured secret whose fields
// are keys of the file is at PATH#{SECRET} and claims that and each PATH#FIELD. With
// merge: false the claim is PATH#, which the host takes to overlap with every claim
// that begins so. A text file is its value: its address is PATH and its claim PATH#.
func check(_ context.Context, _ *session, w sdk.Wanted[Config]) (sdk.Place, error) {
	var found []error
	name, err := place.Clean(w.Config.Path)
	if err != nil {
		found = append(found, fault("path", "bad-path", err.Error(), "name a file beside or below the Secretfile, such as .env"))
	}
	kind, err := w.Config.format()
	if err != nil {
		found = append(found, fault("path", "unknown-format", err.Error(), "set format: "+format.Names))
	}
	if kind == format.Text {
		return placed(w, name, nil), errors.Join(append(found, checkText(w))...)
	}
	keys := keysOf(w.Config, kind, w.Secret, w.Field, w.Fields)
	for _, key := range keys {
		if usable, err := format.CheckKey(kind, key); err != nil {
			found = append(found, fault("key", "bad-key", err.Error(), badKeyHint(usable, spread(w.Config, w.Fields))))
		}
	}
	if kind == format.Dotenv && len(w.Fields) > 0 && w.Config.Key != "" {
		found = append(found, fault("key", "structured-value", "a dotenv file cannot hold the fields of a secret under one key", "remove key: and each field gets a line of its own"))
	}
	return placed(w, name, keys), errors.Join(found...)
}

func checkText(w sdk.Wanted[Config]) error {
	var found []error
	if w.Config.Key != "" {
		found = append(found, fault("key", "bad-key", "a text file holds one value and has no keys", "remove key:, or choose another format"))
	}
	if len(w.Fields) > 0 {
		found = append(found, fault("format", "structured-value", "a text file holds one value, and this secret has "+strings.Join(w.Fields, ", "), "store one field of it, or build the text of its fields with a secret of kind compose"))
	}
	return errors.Join(found...)
}

func badKeyHint(usable string, field bool) string {
	if field {
		return fmt.Sprintf("rename the field, such as to %s", usable)
	}
	return fmt.Sprintf("set key: %s", usable)
}

func placed(w sdk.Wanted[Config], name string, keys []string) sdk.Place {
	p := sdk.Place{Throttle: sdk.Throttle{Scope: "file:" + name, InFlight: 1}}
	if keys == nil {
		p.Address, p.Claims = name, []string{name + "#"}
		return p
	}
	p.Address = name + "#" + keys[0]
	if spread(w.Config, w.Fields) {
		p.Address = name + "#{" + w.Secret + "}"
		p.Claims = []string{p.Address}
	}
	for _, key := range keys {
		p.Claims = append(p.Claims, name+"#"+key)
	}
	if !w.Config.Merge {
		p.Claims = []string{name + "#"}
	}
	return p
}

// spread reports a structured secret whose fields are keys of the file themselves.
func spread(c Config, fields []string) bool { return len(fields) > 0 && c.Key == "" }

// keysOf are the keys of the file that a target takes. The default for a field is
// SECRET-FIELD; in dotenv SECRET_FIELD, for there - is no part of a name.
func keysOf(c Config, kind, secret, field string, fields []string) []string {
	switch {
	case spread(c, fields):
		return fields
	case c.Key != "":
		return []string{c.Key}
	case field == "":
		return []string{secret}
	case kind == format.Dotenv:
		return []string{strings.ReplaceAll(secret+"_"+field, "-", "_")}
	}
	return []string{secret + "-" + field}
}

func fault(key, code, summary, hint string) error {
	return &sdk.Error{Class: sdk.InvalidConfig, Code: code, Path: schema.Keys(key), Summary: summary, Hint: hint}
}
