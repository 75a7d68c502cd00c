package syntax

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/secretzero/sz/core/diag"
	"github.com/secretzero/sz/internal/regex"
)

// Language is one of the two syntaxes. The zero Language is YAML.
type Language int

// The languages.
const (
	YAML Language = iota
	HCL
)

// String is the language's name.
func (l Language) String() string {
	if l == HCL {
		return "HCL"
	}
	return "YAML"
}

// LanguageOf tells the language of a file by its name; of a name that says
// nothing, such as prod.szvar, by its first line that says something: in HCL it is
// NAME = VALUE or a block.
func LanguageOf(name string, text []byte) Language {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".hcl":
		return HCL
	case ".yml", ".yaml":
		return YAML
	}
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte(byteOrderMark))) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			if hclLine.Match(line) {
				return HCL
			}
			return YAML
		}
	}
	return YAML
}

var hclLine = regex.Of(`^(?://|/\*|[A-Za-z_][A-Za-z0-9_-]*\s*=|[a-z_]+(?:\s+"[^"]*")*\s*\{$)`)

const byteOrderMark = "\xef\xbb\xbf"

// Dialect is what a text is: a Secretfile, whose blocks in HCL have their places
// in it, or plain variables.
type Dialect int

// The dialects.
const (
	Secretfile Dialect = iota
	Variables
)

// Parse turns a text into nodes. The node is nil when that is not possible; what
// is wrong is in the list. The text goes to sources for
// messages, and is hidden there when it does not parse: which pieces of it are
// secret is not known.
func Parse(file string, text []byte, language Language, dialect Dialect, sources *diag.Sources) (*Node, diag.List) {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	if d := readable(file, text); d != nil {
		return nil, diag.List{*d}
	}
	sources.Add(file, text)
	if language == HCL {
		return parseHCL(file, text, dialect, sources)
	}
	return parseYAML(file, text, sources)
}
