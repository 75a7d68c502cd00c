package diag

import (
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

var plainWord = regex.Of(`^[A-Za-z0-9._:/@-]+$`)

// ShellWord is a text within a command that a person may paste.
func ShellWord(text string) string {
	text = Printable(text)
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
