package syntax

import (
	"errors"
	"strconv"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/schema"
)

var (
	envForm     = regex.Of(`(?s)^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$`)
	stepForm    = regex.Of(`^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]|\[\s*(\d{1,6})\s*\])`)
	literalForm = regex.Of(`^(?:'([^']*)'|"([^"]*)")$`)
	defaultForm = regex.Of(`^(?:or\s+|\|\s*default\(\s*)(?:'([^']*)'|"([^"]*)"|([a-z]+|[-+.0-9][-+.0-9a-zA-Z]*))(\s*\))?$`)
	envName     = regex.Of(`^[A-Za-z_][A-Za-z0-9_]*$`)
	encoderForm = regex.Of(`^\|\s*(url|json|base64)$`)
)

// maxIndex is beyond every index.
const maxIndex = 1_000_000

// What can be wrong with an expression, in words that quote nothing of it.
var (
	errEnvName       = errors.New("no environment variable is named, or not by a word")
	errEnvDefault    = errors.New("the default of an environment variable is plain text: nothing in it is replaced")
	errRoot          = errors.New("an expression reads only var and secret")
	errPath          = errors.New("no name stands behind var or secret, or one that must stand between brackets and quotes")
	errTail          = errors.New("more stands behind the name than a default or an encoder")
	errNesting       = errors.New("the expression goes deeper than a field of a secret")
	errSecretDefault = errors.New("a secret always has a value, and takes no default")
)

func parseEnv(inner string) (Expr, error) {
	m := envForm.FindStringSubmatchIndex(inner)
	if m == nil {
		return nil, errEnvName
	}
	ref := EnvRef{Name: inner[m[2]:m[3]]}
	if m[4] < 0 {
		return ref, nil
	}
	text := inner[m[4]:m[5]]
	if strings.Contains(text, "{{") || strings.Contains(text, "${") {
		return nil, errEnvDefault
	}
	ref.Default = &text
	return ref, nil
}

func parseBraces(inner string) (Expr, error) {
	inner = strings.TrimSpace(inner)
	if m := literalForm.FindStringSubmatch(inner); m != nil {
		return Literal{m[1] + m[2]}, nil
	}
	root, rest := inner, ""
	if i := strings.IndexAny(inner, ".[ |"); i >= 0 {
		root, rest = inner[:i], inner[i:]
	}
	if root != "var" && root != "secret" {
		return nil, errRoot
	}
	path, rest := parsePath(rest)
	if len(path) == 0 || path[0].Key == "" {
		return nil, errPath
	}
	if root == "var" {
		return parseTail(VarRef{path}, strings.TrimSpace(rest))
	}
	return parseSecret(path, strings.TrimSpace(rest))
}

func parsePath(rest string) (schema.Path, string) {
	var path schema.Path
	for {
		m := stepForm.FindStringSubmatch(rest)
		if m == nil {
			return path, rest
		}
		step := schema.Step{Key: m[1] + m[2] + m[3]}
		if m[4] == "" && step.Key == "" {
			return nil, rest
		}
		if m[4] != "" {
			step.Index, _ = strconv.Atoi(m[4]) // six digits, below maxIndex
		}
		path, rest = append(path, step), rest[len(m[0]):]
	}
}

func parseSecret(path schema.Path, tail string) (Expr, error) {
	if len(path) > 2 {
		return nil, errNesting
	}
	ref := SecretRef{Name: path[0].Key}
	if len(path) == 2 {
		if ref.Field = path[1].Key; ref.Field == "" {
			return nil, errPath
		}
	}
	if m := encoderForm.FindStringSubmatch(tail); m != nil {
		ref.Encoder, tail = m[1], ""
	}
	return parseTail(ref, tail)
}

func parseTail(of Expr, tail string) (Expr, error) {
	if tail == "" {
		return of, nil
	}
	if _, secret := of.(SecretRef); secret && defaultForm.MatchString(tail) {
		return nil, errSecretDefault
	}
	m := defaultForm.FindStringSubmatch(tail)
	if m == nil || (m[4] != "") != strings.HasPrefix(tail, "|") {
		return nil, errTail
	}
	switch {
	case m[3] == "":
		return Default{of, m[1] + m[2], schema.String}, nil
	case m[3] == "true" || m[3] == "false":
		return Default{of, m[3], schema.Bool}, nil
	case IsNumber(m[3]):
		return Default{of, m[3], schema.Number}, nil
	}
	return nil, errTail
}
