package record

import (
	"bytes"
	"encoding/json"
)

// header is the first line.
type header struct {
	Format      int    `json:"sz_lock"`
	Project     string `json:"project"`
	ID          string `json:"id"`
	Environment string `json:"environment"`
}

// Encode is the canonical text of the lock.
func (l *Lock) Encode() ([]byte, error) {
	var out bytes.Buffer
	head, err := l.header()
	if err != nil {
		return nil, err
	}
	out.Write(head)
	var lines []any
	for _, s := range l.sortedSecrets() {
		lines = append(lines, s)
	}
	for _, t := range l.sortedTargets() {
		lines = append(lines, t)
	}
	for _, line := range lines {
		text, err := encodeLine(line)
		if err != nil {
			return nil, err
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}

// encodeLine is one line of JSON with its newline. What people read in it is not
// escaped for HTML.
func encodeLine(content any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(content)
	return out.Bytes(), err
}

// header is the first line, which says of what project the lock is.
func (l *Lock) header() ([]byte, error) {
	return encodeLine(header{Format, l.Project, l.ID, l.Environment})
}
