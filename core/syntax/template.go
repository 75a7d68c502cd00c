package syntax

import (
	"errors"

	"github.com/secretzero/sz/core/diag"
)

var errNoSecret = errors.New("only a secret can stand in a template")

// Template splits the text of a template into literals and secrets. Nothing else is
// replaced there: ${NAME} is text for whoever reads the file.
func Template(file, text string) ([]Part, diag.List) {
	s := &splitter{file: file, text: text, where: at{func(offset int) int { return offset }, newText([]byte(text)).pos}, hint: "a secret is {{secret.NAME}}, {{secret.NAME.FIELD}} or {{secret.NAME | url}}; write {{'{{'}} for the text itself"}
	i := 0
	for i < len(text) {
		if len(text)-i >= 2 && text[i:i+2] == "{{" {
			i = s.expression(i, "{{", "}}", "unclosed-expression", parsePlaceholder)
			continue
		}
		s.literal.WriteByte(text[i])
		i++
	}
	s.flush(i)
	return s.parts, s.found
}

func parsePlaceholder(inner string) (Expr, error) {
	expr, err := parseBraces(inner)
	if errors.Is(err, errRoot) {
		err = errNoSecret
	}
	if err != nil {
		return nil, err
	}
	switch expr.(type) {
	case SecretRef, Literal:
		return expr, nil
	}
	return nil, errNoSecret
}
