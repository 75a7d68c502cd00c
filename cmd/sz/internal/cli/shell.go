package cli

import (
	"regexp"
	"strings"

	"github.com/secretzero/sz/core/diag"
)

var plainWord = regexp.MustCompile(`^[A-Za-z0-9._:/@-]+$`)

// quoteShell is a text within a command that a person may paste.
func quoteShell(text string) string {
	text = diag.Printable(text)
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
