package format

import (
	"bytes"
	"errors"
	"strings"

	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// dotenvPlain is what every reader of such files takes as it stands.
var dotenvPlain = regex.Of(`^[A-Za-z0-9_./:@%+,=-]+$`)

var errOpenQuote = errors.New("its quote is never closed")

// dotenvValue reads a value and how much of the text it takes: in single quotes as
// it stands, in double quotes with escapes, else up to a comment or the line's end.
// A comment begins with # after a blank.
func dotenvValue(text string) (secret.Value, int, error) {
	switch {
	case strings.HasPrefix(text, "'"):
		end := strings.IndexByte(text[1:], '\'')
		if end < 0 {
			return secret.Value{}, 0, errOpenQuote
		}
		return secret.FromString(text[1 : 1+end]), end + 2, nil
	case strings.HasPrefix(text, `"`):
		return dotenvDouble(text)
	}
	line := strings.TrimRight(firstLine(text), "\r\n")
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
			break
		}
	}
	line = strings.TrimRight(line, " \t")
	return secret.FromString(line), len(line), nil
}

func dotenvDouble(text string) (secret.Value, int, error) {
	var out bytes.Buffer
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return secret.New(out.Bytes()), i + 1, nil
		case '\\':
			i++
			if i == len(text) {
				return secret.Value{}, 0, errOpenQuote
			}
			dotenvUnescape(&out, text[i])
		default:
			out.WriteByte(c)
		}
	}
	return secret.Value{}, 0, errOpenQuote
}

// dotenvUnescape writes what a backslash and c mean.
func dotenvUnescape(out *bytes.Buffer, c byte) {
	switch c {
	case 'n':
		out.WriteByte('\n')
	case 'r':
		out.WriteByte('\r')
	case 't':
		out.WriteByte('\t')
	case '"', '\\', '$', '`':
		out.WriteByte(c)
	default:
		out.WriteByte('\\')
		out.WriteByte(c)
	}
}

var dotenvEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "\n", `\n`, "\r", `\r`)

// dotenvQuote writes a value so that it comes back byte for byte: as it stands
// where no reader could stumble, in single quotes where nothing is special, in
// double quotes with escapes for the rest.
func dotenvQuote(v secret.Value) string {
	text := string(v.Expose())
	switch {
	case dotenvPlain.MatchString(text):
		return text
	case !strings.ContainsAny(text, "'\r\n"):
		return "'" + text + "'"
	}
	return `"` + dotenvEscapes.Replace(text) + `"`
}
