// Package format reads and writes the files that secrets are stored in. A document
// keeps what is not ours to the byte. What a format can hold, and whether a file holds
// it, is in fit.go.
//
// Next: internal/target, which decides what goes in.
package format

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// Document is a file with named values.
type Document interface {
	// Get finds the value of a key.
	Get(key string) (secret.Payload, bool)
	// Set gives a key a value that [Fit] has made, in place or at the end.
	Set(key string, p secret.Payload) error
	// Delete removes a key.
	Delete(key string)
	// Keys are all keys, in order.
	Keys() []string
	// Empty reports that nothing is in the file that would be missed.
	Empty() bool
	// Bytes is the file.
	Bytes() ([]byte, error)
}

// byteOrderMark begins files of some editors.
const byteOrderMark = "\ufeff"

// The formats by name.
const (
	Dotenv = "dotenv"
	JSON   = "json"
	YAML   = "yaml"
	TOML   = "toml"
	Tfvars = "tfvars"
	Text   = "text"
)

// Names lists the formats for a person.
const Names = "dotenv, json, yaml, toml, tfvars or text"

// Parse reads a file; empty text is an empty document. Errors never quote it.
func Parse(format string, text []byte) (Document, error) {
	if format == Text {
		return parsePlain(text), nil
	}
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8 text")
	}
	switch format {
	case Dotenv:
		return parseDotenv(text)
	case JSON:
		return parseJSON(text)
	case YAML:
		return parseYAML(text)
	case TOML:
		return parseTOML(text)
	case Tfvars:
		return parseTfvars(text)
	}
	return nil, fmt.Errorf("format %q is not known", format)
}

// CheckKey says what is wrong with a key in a format, and which one would do.
func CheckKey(format, key string) (suggestion string, err error) {
	form, ok := map[string]regex.Regex{Dotenv: dotenvKey, Tfvars: tfvarsKey}[format]
	if !ok || form.MatchString(key) {
		return "", nil
	}
	usable := notInVariable.ReplaceAllString(key, "_")
	if !form.MatchString(usable) {
		usable = "_" + usable
	}
	return usable, fmt.Errorf("key %q cannot be the name of a variable", key)
}

var notInVariable = regex.Of(`[^A-Za-z0-9_]`)
