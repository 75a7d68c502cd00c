package diag

import "strings"

// maxShort is how much of a name is shown within a message, in bytes.
const maxShort = 40

// Short bounds a text of a file within a message.
func Short(text string) string {
	if len(text) > maxShort {
		return strings.ToValidUTF8(text[:maxShort], "") + "…"
	}
	return text
}
