package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// forms are the ways in which a value may stand in a text: as it is, line by line, in
// base64 at each of three offsets, in hexadecimal, with percent and with JSON escapes.
// None is shorter than what is worth masking.
func forms(value []byte) []string {
	text := string(value)
	list := []string{text}
	if lines := bytes.Split(value, []byte("\n")); len(lines) > 1 {
		for _, line := range lines {
			if line = bytes.TrimRight(line, "\r"); len(line) >= minOwn {
				list = append(list, string(line))
			}
		}
	}
	lower := hex.EncodeToString(value)
	list = append(list, lower, strings.ToUpper(lower))
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text), strings.ReplaceAll(url.QueryEscape(text), "+", "%20")} {
		list = append(list, escaped, lowerEscapes.ReplaceAllStringFunc(escaped, strings.ToLower))
	}
	list = append(append(list, jsonForms(text)...), base64Forms(value)...)
	var kept []string
	seen := map[string]bool{}
	for _, form := range list {
		if len(form) >= minForeign && !seen[form] {
			seen[form] = true
			kept = append(kept, form)
		}
	}
	return kept
}

var (
	lowerEscapes = regex.Of(`%[0-9A-F]{2}`)
	upperEscapes = regex.Of(`\\u[0-9a-f]{4}`)
)

// jsonForms are a text within JSON, as one writer or another escapes it: with < > &
// escaped or not, with / escaped or not, in both cases of the digits, and all but
// ASCII as escapes.
func jsonForms(text string) []string {
	var list []string
	for _, html := range []bool{false, true} {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(html)
		if encoder.Encode(text) != nil {
			continue
		}
		quoted := strings.TrimSuffix(b.String(), "\n")
		quoted = quoted[1 : len(quoted)-1]
		list = append(list, quoted, strings.ReplaceAll(quoted, "/", `\/`), asciiOnly(quoted))
	}
	for _, form := range list {
		list = append(list, upperEscapes.ReplaceAllStringFunc(form, func(s string) string { return `\u` + strings.ToUpper(s[2:]) }))
	}
	return list
}

// asciiOnly is a JSON text with everything but ASCII as escapes.
func asciiOnly(quoted string) string {
	var b strings.Builder
	for _, r := range quoted {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			writeEscape(&b, 0xd800+r>>10)
			writeEscape(&b, 0xdc00+r&0x3ff)
		default:
			writeEscape(&b, r)
		}
	}
	return b.String()
}

func writeEscape(b *strings.Builder, r rune) {
	b.WriteString(`\u` + hex.EncodeToString([]byte{byte(r >> 8), byte(r)}))
}

// base64Forms are a value in base64. In a longer text it may start at any of three
// offsets of the encoding; the characters that also encode its neighbours are left
// out.
func base64Forms(value []byte) []string {
	var list []string
	for shift := range 3 {
		padded := append(make([]byte, shift), value...)
		whole := len(padded) / 3 * 3
		skip := (shift*8 + 5) / 6
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if encoded := encoding.EncodeToString(padded[:whole]); len(encoded) > skip+minForeign {
				list = append(list, encoded[skip:])
			}
		}
	}
	return list
}
