package syntax

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/core/diag"
)

// steps is how a token changes the depth of what it stands in.
var steps = map[hclsyntax.TokenType]int{
	hclsyntax.TokenOBrace: 1, hclsyntax.TokenOBrack: 1, hclsyntax.TokenOParen: 1, hclsyntax.TokenTemplateInterp: 1,
	hclsyntax.TokenCBrace: -1, hclsyntax.TokenCBrack: -1, hclsyntax.TokenCParen: -1, hclsyntax.TokenTemplateSeqEnd: -1,
}

// bounded refuses what the parser would follow into any depth, before it sees it:
// brackets, and the operators that are no part of the language. A few of those
// are let through, to be reported in their places.
func (h *hclReader) bounded(text []byte, start hcl.Pos) *diag.Diagnostic {
	if shallow(text) {
		return nil
	}
	if signs(text) > maxNodes {
		return h.tooMuch(start.Byte)
	}
	tokens, _ := hclsyntax.LexConfig(text, h.file, start)
	depth, operators := 0, 0
	for i, t := range tokens {
		depth += steps[t.Type]
		switch t.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenTemplateControl:
			operators++
		case hclsyntax.TokenMinus:
			if i+1 < len(tokens) && tokens[i+1].Type != hclsyntax.TokenNumberLit {
				operators++
			}
		}
		if depth > maxDepth || operators > maxDepth {
			return h.tooMuch(t.Range.Start.Byte)
		}
	}
	return nil
}

func (h *hclReader) tooMuch(offset int) *diag.Diagnostic {
	return &diag.Diagnostic{
		Severity: diag.Error, Code: "too-much", Summary: "the file is nested too deeply, or holds too much", Range: h.span(offset, offset),
		Hint: fmt.Sprintf("no more than %d levels are read", maxDepth),
	}
}

// shallow reports a text that has too few brackets and signs to be deep, wherever
// they stand.
func shallow(text []byte) bool {
	n := 0
	for _, sign := range []string{"{", "[", "(", "!", "?", "%", "-"} {
		n += bytes.Count(text, []byte(sign))
	}
	return n <= maxDepth
}

// signs counts what tokens are made of beside words and blanks.
func signs(text []byte) int {
	n := 0
	for _, c := range text {
		if c < '0' && c != ' ' || '9' < c && c < 'A' || 'Z' < c && c < '_' || 'z' < c && c < 0x80 {
			n++
		}
	}
	return n
}
