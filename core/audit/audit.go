// Package audit is the record of what applies did: one line of JSON for each event,
// only ever appended, each with the hash of the one before it. Who has the hash of
// a line can prove later that nothing up to it was changed or cut. It holds no
// value.
//
// The record proves that it is whole, not that it tells the truth: who can write
// the file can make another. Its head belongs somewhere else, such as in the log of
// a pipeline.
//
// Next: core/apply, whose events it is fed with.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Event is one line. Its hash covers all of it but the hash itself.
type Event struct {
	Format  string    `json:"format"` // sz/audit/1
	Number  int       `json:"n"`      // from 1
	Before  string    `json:"before"` // the hash of the line before; empty for the first
	Time    time.Time `json:"time"`
	Kind    string    `json:"event"` // begin or end
	Command string    `json:"command"`
	Version string    `json:"version"` // of sz
	// ActorClaimed is who the environment says that it is; nobody has checked it.
	// IdentityReported is as whom the plugins say that they act.
	ActorClaimed     string                       `json:"actor_claimed,omitempty"`
	IdentityReported map[string]map[string]string `json:"identity_reported,omitempty"`
	Reason           string                       `json:"reason,omitempty"`
	Project          string                       `json:"project"`
	ProjectID        string                       `json:"project_id,omitempty"`
	Environment      string                       `json:"environment"`
	PlanID           string                       `json:"plan_id"`
	Plugins          []Plugin                     `json:"plugins,omitempty"`
	Steps            []Step                       `json:"steps"`
	Interrupted      bool                         `json:"interrupted,omitempty"`
}

// Plugin is a plugin that took part.
type Plugin struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Hash    string `json:"sha256"` // of its binary
}

// Step is what was to be done at one target, and what became of it.
type Step struct {
	Secret    string `json:"secret"`
	Address   string `json:"address"`
	Action    string `json:"action"`
	Operation string `json:"operation,omitempty"`
	Revision  string `json:"revision,omitempty"`
	Outcome   string `json:"outcome,omitempty"` // done, failed or not-tried; empty before
	Problem   string `json:"problem,omitempty"` // the code of what was wrong
}

const format = "sz/audit/1"

// maxLine bounds a line: an apply of ten thousand secrets is some megabytes.
const maxLine = 256 << 20

// Append adds an event to the record at path and returns its hash, the head of the
// record. Appends by several processes follow each other. A record whose last line
// is broken is not added to.
func Append(path string, e Event) (head string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	file, err := openExclusive(path)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	defer file.Close()
	last, before, err := lastLine(file)
	if err != nil {
		return "", fmt.Errorf("audit: %s: %w", path, err)
	}
	e.Format, e.Number, e.Before = format, last.Number+1, before
	e.Time = e.Time.UTC().Truncate(time.Second)
	line, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	if _, err := file.Write(append(line, '\n')); err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	return hash(line), file.Sync()
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// lastLine is the last event of a record with its hash; nothing for an empty one.
func lastLine(file *os.File) (Event, string, error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return Event{}, "", err
	}
	var tail []byte
	for chunk := int64(64 << 10); ; chunk *= 4 {
		from := max(0, size-chunk)
		tail = make([]byte, size-from)
		if _, err := file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
			return Event{}, "", err
		}
		if from == 0 || bytes.Count(tail, []byte("\n")) > 1 || chunk > maxLine {
			break
		}
	}
	if tail[len(tail)-1] != '\n' {
		return Event{}, "", errors.New("its last line is broken off; look at it with `sz audit verify`, and move the file away")
	}
	tail = tail[:len(tail)-1]
	line := tail[bytes.LastIndexByte(tail, '\n')+1:]
	var e Event
	if err := json.Unmarshal(line, &e); err != nil {
		return Event{}, "", errors.New("its last line is no event")
	}
	return e, hash(line), nil
}

// Read gives every event of a record with its hash, in order, until visit returns
// an error. A record that does not exist has none. What is wrong with the chain is
// a [BrokenError].
func Read(path string, visit func(Event, string) error) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<20)
	before, number := "", 0
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		number++
		broken := func(text string) error { return &BrokenError{path, number, text} }
		if err != nil {
			return broken("it is broken off")
		}
		line = line[:len(line)-1]
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return broken("it is no event")
		}
		switch {
		case e.Format != format:
			return broken("its format is not understood")
		case e.Before != before:
			return broken("it does not follow the line before it: that was changed, or something between them was cut")
		case e.Number != number:
			return broken(fmt.Sprintf("it says that it is number %d", e.Number))
		}
		before = hash(line)
		if err := visit(e, before); err != nil {
			return err
		}
	}
}

// BrokenError is a record that was changed.
type BrokenError struct {
	Path string
	Line int
	Text string
}

// Error says where.
func (e *BrokenError) Error() string { return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Text) }
