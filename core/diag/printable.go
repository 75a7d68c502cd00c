package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secretzero/sz/internal/regex"
)

// maxForeign bounds a foreign text that is shown, in bytes.
const maxForeign = 4 << 10

// Printable makes foreign text harmless: control, escape and bidi characters are
// shown as escapes, so that no text moves the cursor or reorders a line; commands
// to a CI runner (##[, ##vso, :: at the start of a line) are broken up; the rest
// after 4 KiB is cut. Newlines and tabs stay.
func Printable(text string) string {
	if len(text) > maxForeign {
		cut := maxForeign
		for cut > maxForeign-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == '\n' || r == '\t' {
			b.WriteRune(r)
		} else {
			b.WriteString(cell(text[:size]))
		}
		text = text[size:]
	}
	return breakCommands(b.String())
}

// OneLine is [Printable] for a text that must not begin a new line.
func OneLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(Printable(text), "\n", `\n`), "\t", " ")
}

// cell shows one character of a text, given as its bytes.
func cell(char string) string {
	r, size := utf8.DecodeRuneInString(char)
	switch {
	case r == utf8.RuneError && size == 1, r < 0x80 && unicode.IsControl(r):
		return fmt.Sprintf(`\x%02x`, char[0])
	case r > 0xffff && unicode.Is(unicode.Cf, r):
		return fmt.Sprintf(`\U%08x`, r)
	case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
		return fmt.Sprintf(`\u%04x`, r)
	}
	return char
}

// command is what CI systems take for a command wherever it stands in a line.
var command = regex.Of(`(?i)##(\[|vso)`)

// breakCommands keeps text from being taken for a command by the CI systems that
// read commands from logs.
func breakCommands(text string) string {
	text = command.ReplaceAllString(text, "## $1")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") {
			lines[i] = strings.Replace(line, "::", ": :", 1)
		}
	}
	return strings.Join(lines, "\n")
}
