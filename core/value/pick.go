package value

import (
	"errors"
	"strings"

	"github.com/secretzero/sz/sdk/schema"
	"github.com/secretzero/sz/sdk/secret"
)

// pickJSON takes a member out of a JSON document, through dots; all of it without a
// key.
func pickJSON(data []byte, key schema.Value) (secret.Payload, error) {
	payload, err := secret.ParseJSON(secret.New(data))
	if err != nil {
		return secret.Payload{}, errors.New("the file is not valid JSON")
	}
	if key.IsNull() {
		return payload, nil
	}
	for name := range strings.SplitSeq(key.Expose(), ".") {
		member, ok := payload.Field(name)
		if !ok {
			return secret.Payload{}, errNoKey
		}
		payload = member
	}
	return payload, nil
}

// pickDotenv takes a value out of lines of NAME=VALUE, without the quotes around
// it. The last line of a name counts, as in a shell.
func pickDotenv(text string, key schema.Value) (secret.Payload, error) {
	if key.IsNull() {
		return secret.Payload{}, errors.New("a file of format dotenv needs a key")
	}
	value, found := "", false
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		if !ok || strings.TrimSpace(name) != key.Expose() {
			continue
		}
		value, found = unquoted(strings.TrimSpace(rest)), true
	}
	if !found {
		return secret.Payload{}, errNoKey
	}
	return secret.NewText(secret.FromString(value)), nil
}

var dotenvEscapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\r`, "\r", `\t`, "\t", `\$`, "$")

func unquoted(text string) string {
	switch {
	case len(text) >= 2 && text[0] == '\'' && text[len(text)-1] == '\'':
		return text[1 : len(text)-1]
	case len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"':
		return dotenvEscapes.Replace(text[1 : len(text)-1])
	}
	before, _, _ := strings.Cut(text, " #")
	return strings.TrimSpace(before)
}
