package pluginhost

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode/utf16"

	"github.com/secretzero/sz/internal/regex"
)

// scriptWord begins a word of a command pattern that stands for a whole script, in the
// form in which PowerShell takes one with -EncodedCommand: base64 of UTF-16 in little
// endian. What follows is the SHA-256 of its UTF-8 text, in hex, with GUID in place of
// every GUID: which tenant a script asks about may differ, and nothing else may.
const scriptWord = "SCRIPT:"

var anyGUID = regex.Of(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// isScript reports that a word is the script that a word of a pattern stands for.
func isScript(pattern, word string) bool {
	want, ok := strings.CutPrefix(pattern, scriptWord)
	raw, err := base64.StdEncoding.DecodeString(word)
	if !ok || err != nil || len(raw)%2 != 0 {
		return false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	sum := sha256.Sum256([]byte(anyGUID.ReplaceAllString(string(utf16.Decode(units)), "GUID")))
	return hex.EncodeToString(sum[:]) == want
}
