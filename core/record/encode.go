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
	lines := []any{header{Format, l.Project, l.ID, l.Environment}}
	for _, s := range l.sortedSecrets() {
		lines = append(lines, s)
	}
	for _, t := range l.sortedTargets() {
		lines = append(lines, t)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, line := range lines {
		if err := enc.Encode(line); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
