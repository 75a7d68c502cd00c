package diag

import (
	"bytes"
	"slices"
	"strings"
)

// maxQuoted is how long a line may be to be quoted, in bytes: no line that a
// person wrote is longer.
const maxQuoted = 64 << 10

// Sources are the files that problems may quote, with the pieces of them that
// must not be shown. The nil Sources quote nothing.
type Sources struct{ files map[string]*source }

type source struct {
	text   string
	lines  []int // the offset of each line
	sealed []Range
	hidden bool
}

// Add makes a file quotable. A byte order mark is no part of the text.
func (s *Sources) Add(name string, text []byte) {
	if s.files == nil {
		s.files = map[string]*source{}
	}
	f := &source{text: string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), lines: []int{0}}
	for i := range len(f.text) {
		if f.text[i] == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	s.files[name] = f
}

// Seal hides a piece of a file.
func (s *Sources) Seal(r Range) {
	if f := s.files[r.File]; f != nil && !r.IsZero() {
		f.sealed = append(f.sealed, r)
	}
}

// Hide hides all of a file: of one that cannot be parsed, it is not known which
// pieces are secret.
func (s *Sources) Hide(name string) {
	if f := s.files[name]; f != nil {
		f.hidden = true
	}
}

// SealedRanges are the sealed pieces of a file, in the order of sealing.
func (s *Sources) SealedRanges(name string) []Range {
	if s == nil || s.files[name] == nil {
		return nil
	}
	return slices.Clone(s.files[name].sealed)
}

// line is the line at r with its columns there; false when it may not be shown.
func (s *Sources) line(r Range) (excerpt, bool) {
	if s == nil || s.files[r.File] == nil || s.files[r.File].hidden || r.IsZero() {
		return excerpt{}, false
	}
	f := s.files[r.File]
	text, ok := f.line(r.Start.Line)
	if !ok {
		return excerpt{}, false
	}
	runes := []rune(text)
	start := min(max(r.Start.Column-1, 0), len(runes))
	end := len(runes)
	if r.End.Line == r.Start.Line {
		end = min(max(r.End.Column-1, start), len(runes))
	}
	return newExcerpt(runes, f.sealedColumns(r.Start.Line, len(runes)), start, end), true
}

func (f *source) line(number int) (string, bool) {
	if number < 1 || number > len(f.lines) {
		return "", false
	}
	end := len(f.text)
	if number < len(f.lines) {
		end = f.lines[number] - 1
	}
	text := strings.TrimSuffix(f.text[f.lines[number-1]:end], "\r")
	return text, len(text) <= maxQuoted
}

// sealedColumns marks the characters of a line that must not be shown.
func (f *source) sealedColumns(line, length int) []bool {
	sealed := make([]bool, length)
	for _, r := range f.sealed {
		if r.Start.Line > line || r.End.Line < line {
			continue
		}
		from, to := 0, length
		if r.Start.Line == line {
			from = r.Start.Column - 1
		}
		if r.End.Line == line {
			to = r.End.Column - 1
		}
		for i := max(from, 0); i < min(to, length); i++ {
			sealed[i] = true
		}
	}
	return sealed
}
