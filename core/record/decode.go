package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretzero/sz/internal/regex"
)

// maxSize bounds a lock file, in bytes.
const maxSize = 64 << 20

// FaultError is a lock file that cannot be read, with the line at fault.
type FaultError struct {
	Line int // from 1; 0 for the file as a whole
	Text string
}

// Error is the line and what is wrong with it.
func (e *FaultError) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// Decode reads a lock file strictly: encoding/json would take "ADDRESS" for
// "address" and the last of two equal keys, so that a reviewed line could mean
// something else than it says.
func Decode(text []byte) (*Lock, error) {
	if len(text) > maxSize {
		return nil, &FaultError{Text: "it is larger than 64 MiB"}
	}
	lock := New("", "")
	var found []error
	seenHeader := false
	for i, line := range bytes.Split(text, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			continue
		}
		if err := lock.decodeLine(line, &seenHeader); err != nil {
			found = append(found, &FaultError{i + 1, err.Error()})
		}
	}
	if !seenHeader && len(found) == 0 {
		found = append(found, &FaultError{Line: 1, Text: "it does not begin with a line that says \"sz_lock\""})
	}
	return lock, errors.Join(found...)
}

func (l *Lock) decodeLine(line []byte, seenHeader *bool) error {
	for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
		if bytes.HasPrefix(line, []byte(marker)) {
			return errors.New("a merge conflict is not resolved; keep both sides' lines, sz takes the newer of each")
		}
	}
	keys, err := objectKeys(line)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(keys, "sz_lock"):
		return l.decodeHeader(line, keys, seenHeader)
	case !*seenHeader:
		return errors.New("the first line must say \"sz_lock\"")
	case slices.Contains(keys, "target"):
		return l.decodeTarget(line, keys)
	default:
		return l.decodeSecret(line, keys)
	}
}

var idRule = regex.Of(`^[0-9A-Za-z_-]{0,64}$`)

// ValidID reports a text that can be the id of a project. Ids come out of lock files
// and out of stores, and become part of the names of files.
func ValidID(id string) bool { return idRule.MatchString(id) }

func (l *Lock) decodeHeader(line []byte, keys []string, seen *bool) error {
	var h header
	if err := strictly(line, keys, &h, "sz_lock", "project", "id", "environment"); err != nil {
		return err
	}
	if !ValidID(h.ID) {
		return errors.New("the id of the project is not one that sz makes")
	}
	switch {
	case h.Format != Format:
		return fmt.Errorf("format %d is not understood; this version of sz reads format %d", h.Format, Format)
	case *seen && (h.Project != l.Project || h.ID != l.ID || h.Environment != l.Environment):
		return errors.New("a second first line names another project")
	}
	*seen, l.Project, l.ID, l.Environment = true, h.Project, h.ID, h.Environment
	return nil
}

func (l *Lock) decodeSecret(line []byte, keys []string) error {
	var s Secret
	if err := strictly(line, keys, &s, "secret", "op", "n", "created", "rotated", "definition", "prevent_destroy", "inputs", "text"); err != nil {
		return err
	}
	if old, twice := l.Secrets[s.Name]; !twice || newer(s.Operation, old.Operation) {
		l.Secrets[s.Name] = s
	}
	return nil
}

func (l *Lock) decodeTarget(line []byte, keys []string) error {
	var t Target
	if err := strictly(line, keys, &t, "target", "kind", "secret", "op", "revision", "receipt", "written", "data", "origin", "retiring"); err != nil {
		return err
	}
	if old, twice := l.Targets[t.Address]; !twice || newer(t.Operation, old.Operation) {
		l.Targets[t.Address] = t
	}
	return nil
}

// newer compares operation ids by their number, then as text: the time and the
// random part that follow order as text does.
func newer(a, b string) bool {
	na, restA, _ := strings.Cut(a, ".")
	nb, restB, _ := strings.Cut(b, ".")
	if len(na) != len(nb) {
		return len(na) > len(nb)
	}
	if na != nb {
		return na > nb
	}
	return restA > restB
}

// strictly decodes an object whose keys are all among allowed, to the letter.
func strictly(line []byte, keys []string, out any, allowed ...string) error {
	for _, key := range keys {
		if !slices.Contains(allowed, key) {
			return fmt.Errorf("unknown key %q", key)
		}
	}
	if err := json.Unmarshal(line, out); err != nil {
		return fmt.Errorf("not as expected: %w", err)
	}
	return nil
}

// objectKeys are the keys of a JSON object, each once.
func objectKeys(line []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var keys []string
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, errors.New("it is not valid JSON")
		}
		key, _ := token.(string)
		if slices.Contains(keys, key) {
			return nil, fmt.Errorf("key %q stands twice", key)
		}
		keys = append(keys, key)
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return nil, errors.New("it is not valid JSON")
		}
	}
	if _, err := dec.Token(); err != nil || dec.InputOffset() != int64(len(line)) {
		return nil, errors.New("it is not one JSON object")
	}
	return keys, nil
}
