package syntax

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/secretzero/sz/core/diag"
)

// Bounds of a file: enough for any Secretfile, small enough that a hostile one
// costs little.
const (
	maxFile  = 8 << 20 // bytes
	maxDepth = 100
	maxNodes = 1_000_000
	maxAlias = 10_000 // nodes that aliases may stand for, in all
)

// readable finds what no file may hold, before a parser sees it.
func readable(file string, text []byte) *diag.Diagnostic {
	fault := func(offset int, code, summary, hint string) *diag.Diagnostic {
		where := newText(text).span(file, offset, offset)
		return &diag.Diagnostic{Severity: diag.Error, Code: code, Summary: summary, Hint: hint, Range: where}
	}
	if len(text) > maxFile {
		text = nil
		return fault(0, "file-too-large", fmt.Sprintf("the file is larger than %d MiB", maxFile>>20), "split it into several Secretfiles")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		d := emptyFile(newText(text).span(file, 0, 0))
		return &d
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fault(i, "not-utf8", "the file is not valid UTF-8", "save it as UTF-8 text")
		}
		if !allowed(r) || r == '\r' && !bytes.HasPrefix(text[i:], []byte("\r\n")) {
			return fault(i, "bad-character", fmt.Sprintf("the file holds the character U+%04X, which may not stand in it", r), fmt.Sprintf(`in a text between double quotes write \u%04x`, r))
		}
		i += size
	}
	if bytes.Count(text, []byte(","))+bytes.Count(text, []byte("\n"))+bytes.Count(text, []byte("[")) > maxNodes {
		return fault(0, "too-much", "the file holds too many pieces", "split it into several Secretfiles")
	}
	return nil
}

func emptyFile(at diag.Range) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Code: "empty-file", Summary: "the file is empty", Hint: "declare a secret in it", Range: at}
}

// allowed is what YAML 1.2 allows, without the characters that some parsers take
// for the end of a line and editors do not.
func allowed(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', 0x20 <= r && r <= 0x7e:
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff:
		return false
	}
	return 0xa0 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || r >= 0x10000
}
