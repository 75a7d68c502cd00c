package pluginhost

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"
)

func encoded(script string) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(script)) {
		raw = binary.LittleEndian.AppendUint16(raw, unit)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// A script is run as it was approved, but for the tenant that it asks about.
func TestScriptIsTheOneThatWasApproved(t *testing.T) {
	const guid = "11111111-2222-3333-4444-555555555555"
	sum := sha256.Sum256([]byte("Get-Token -Tenant 'GUID' -Resource 'https://vault.example'"))
	pattern := parseCommandPattern("pwsh -EncodedCommand SCRIPT:" + hex.EncodeToString(sum[:]))
	for script, want := range map[string]bool{
		"Get-Token -Tenant '" + guid + "' -Resource 'https://vault.example'":                         true,
		"Get-Token -Tenant 'AAAAAAAA-2222-3333-4444-555555555555' -Resource 'https://vault.example'": true,
		"Get-Token -Tenant '' -Resource 'https://vault.example'":                                     false,
		"Get-Token -Tenant '" + guid + "' -Resource 'https://other.example'":                         false,
		"Get-Token -Tenant '" + guid + "' -Resource 'https://vault.example'; Remove-Item x":          false,
		"Get-Token -Tenant '" + guid + "'; x' -Resource 'https://vault.example'":                     false,
		"": false,
	} {
		if got := pattern.matches([]string{"pwsh", "-EncodedCommand", encoded(script)}); got != want {
			t.Errorf("%s: %t", script, got)
		}
	}
	for _, word := range []string{"Get-Token", "SCRIPT:" + hex.EncodeToString(sum[:]), encoded("x")[1:], ""} {
		if pattern.matches([]string{"pwsh", "-EncodedCommand", word}) {
			t.Errorf("%s: allowed", word)
		}
	}
	if parseCommandPattern("pwsh SCRIPT:").matches([]string{"pwsh", ""}) || strings.Contains(scriptWord, " ") {
		t.Error("a pattern without a sum allows something")
	}
}
