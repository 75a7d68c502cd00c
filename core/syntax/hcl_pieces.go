package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/secretzero/sz/core/diag"
)

// pieceSize is how much of a file the parser gets at once, or a little more. So
// little has too few brackets to be deep, mostly.
const pieceSize = 2 << 10

// pieces gives a text to the parser piece by piece, and each body to take. A piece
// ends behind a line that is a closing brace. That may stand in the middle of
// something, such as a heredoc; but then the piece does not parse, for something in
// it is not closed, and all that is left goes to the parser at once. A piece that
// parses is whole, so what follows it begins as it would in the whole text.
func (h *hclReader) pieces(text []byte, take func(*hclsyntax.Body)) *diag.Diagnostic {
	for begin := 0; begin < len(text); {
		end := begin + pieceEnd(text[begin:])
		body, problem := h.piece(text, begin, end)
		if problem != nil && end < len(text) {
			end = len(text)
			body, problem = h.piece(text, begin, end)
		}
		if problem != nil {
			return problem
		}
		take(body)
		begin = end
	}
	return nil
}

// pieceEnd is where a piece ends: behind the first closing brace on a line of its
// own after pieceSize, else at the end of the text.
func pieceEnd(text []byte) int {
	if len(text) <= pieceSize {
		return len(text)
	}
	const brace = "\n}\n"
	if i := bytes.Index(text[pieceSize:], []byte(brace)); i >= 0 {
		return pieceSize + i + len(brace)
	}
	return len(text)
}

func (h *hclReader) piece(text []byte, begin, end int) (*hclsyntax.Body, *diag.Diagnostic) {
	at := h.text.pos(begin)
	start := hcl.Pos{Line: at.Line, Column: at.Column, Byte: begin}
	if d := h.bounded(text[begin:end], start); d != nil {
		return nil, d
	}
	parsed, problems := hclsyntax.ParseConfig(text[begin:end], h.file, start)
	body := parsed.Body.(*hclsyntax.Body)
	for _, p := range problems {
		if p.Severity == hcl.DiagError && p.Summary != redefined {
			d := h.syntaxFault(p)
			return nil, &d
		}
	}
	for _, p := range problems {
		h.redefinition(body, p)
	}
	return body, nil
}
