package syntax

import (
	"bytes"
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/sdk/schema"
)

// ErrNotFormatted is a text that would not have said the same after it. It is left
// as it is.
var ErrNotFormatted = errors.New("the file is laid out in a way that cannot be formatted safely")

// Format lays a text out anew: indentation, blank lines and ends of lines. Comments
// stay where they are, and what the text says stays the same, which is checked.
// What Format gives it leaves as it is. A text that does not parse gives the
// problem.
func Format(file string, text []byte, language Language, dialect Dialect) ([]byte, diag.List, error) {
	before, found := Parse(file, text, language, dialect, &diag.Sources{})
	if before == nil {
		return nil, found, nil
	}
	out := bytes.TrimPrefix(text, []byte(byteOrderMark))
	out, settled := settle(bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")), language)
	after, _ := Parse(file, out, language, dialect, &diag.Sources{})
	if !settled || after == nil || !Same(before, after) {
		return nil, nil, ErrNotFormatted
	}
	return out, nil, nil
}

// settle formats until that changes nothing more, which is at once but for the
// oddest of texts.
func settle(text []byte, language Language) ([]byte, bool) {
	format := formatYAML
	if language == HCL {
		format = formatHCL
	}
	for range 5 {
		out := format(text)
		if bytes.Equal(out, text) {
			return out, true
		}
		text = out
	}
	return nil, false
}

// formatHCL leaves the spaces to the library of the language.
func formatHCL(text []byte) []byte {
	text = hclwrite.Format(text)
	return squeeze(text, heredocLines(text))
}

// heredocLines are the lines that belong to heredocs, from 1.
func heredocLines(text []byte) map[int]bool {
	lines := map[int]bool{}
	tokens, _ := hclsyntax.LexConfig(text, "", hcl.InitialPos)
	start := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOHeredoc:
			start = t.Range.Start.Line
		case hclsyntax.TokenCHeredoc:
			for i := start; i <= t.Range.End.Line; i++ {
				lines[i] = true
			}
		}
	}
	return lines
}

// squeeze makes one of several blank lines, takes them and blanks from the ends,
// and ends the text with one end of line. Lines that are kept are not looked at.
func squeeze(text []byte, kept map[int]bool) []byte {
	var out strings.Builder
	blank, number := 0, 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if !kept[number] {
			if line = strings.TrimRight(line, " \t"); line == "" {
				blank++
				continue
			}
		}
		if blank > 0 && out.Len() > 0 {
			out.WriteByte('\n')
		}
		blank = 0
		out.WriteString(line + "\n")
	}
	return []byte(out.String())
}

// Same reports whether two nodes say the same, wherever they stand.
func Same(a, b *Node) bool {
	if a.Kind != b.Kind || len(a.Items) != len(b.Items) || len(a.Entries) != len(b.Entries) || a.Broken != b.Broken {
		return false
	}
	for i := range a.Items {
		if !Same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Entries {
		if a.Entries[i].Key != b.Entries[i].Key || !Same(a.Entries[i].Value, b.Entries[i].Value) {
			return false
		}
	}
	if a.Kind != schema.String {
		return a.Kind == schema.Null || a.Text == b.Text
	}
	return a.Broken && a.Text == b.Text || sameParts(a.Flat(), b.Flat())
}

func sameParts(a, b []Part) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		switch {
		case (a[i].Expr == nil) != (b[i].Expr == nil), a[i].Literal != b[i].Literal:
			return false
		case a[i].Expr != nil && HCL.Expression(a[i].Expr) != HCL.Expression(b[i].Expr):
			return false
		}
	}
	return true
}
