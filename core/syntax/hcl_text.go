package syntax

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"
)

// exact is a piece of text as the file has it. The parser brings texts into
// Unicode normal form C, which would change a password, so what stands between
// quotes is read again here. A heredoc is taken as the parser has it, and refused
// if that is not what is written.
func (h *hclReader) exact(piece *hclsyntax.LiteralValueExpr, of *hclsyntax.TemplateExpr, n *Node) string {
	source := h.text.text[piece.SrcRange.Start.Byte:piece.SrcRange.End.Byte]
	if h.text.text[of.SrcRange.Start.Byte] == '"' {
		return unescape(source)
	}
	if !isNormal(source) {
		n.Broken = true
		h.report(h.at(piece.SrcRange), "bad-character", "the heredoc holds characters that are not in Unicode normal form C", "put the text between double quotes")
	}
	return piece.Val.AsString()
}

func isNormal(text string) bool { return norm.NFC.IsNormalString(text) }

// unescape reads the escapes of a quoted text, which the parser has found right.
func unescape(source string) string {
	if !strings.ContainsAny(source, `\$%`) {
		return source
	}
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		rest := source[i:]
		switch {
		case strings.HasPrefix(rest, "$${"), strings.HasPrefix(rest, "%%{"):
			b.WriteString(rest[1:3])
			i += 2
		case rest[0] == '\\' && len(rest) > 1:
			text, size := escape(rest)
			b.WriteString(text)
			i += size - 1
		default:
			b.WriteByte(rest[0])
		}
	}
	return b.String()
}

// escape is the character that a backslash begins, and how long it is written.
func escape(rest string) (string, int) {
	digits := 0
	switch rest[1] {
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if digits > 0 && len(rest) >= 2+digits {
		if r, err := strconv.ParseUint(rest[2:2+digits], 16, 32); err == nil {
			return string(rune(r)), 2 + digits
		}
	}
	return rest[1:2], 2
}
