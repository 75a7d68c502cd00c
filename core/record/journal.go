package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// maxJournal bounds a journal that is read, in bytes: some hundred for each step.
const maxJournal = 256 << 20

// journal is what one apply did so far, step by step, each durable before the next:
// what is begun, made, written and done, and every change of the lock. It lies in the
// user's state, never in the project, is only ever added to, and is gone when the lock
// file has all of it. Its methods are safe for concurrent use.
type journal struct {
	file *os.File

	mu      sync.Mutex
	pending bytes.Buffer
	steps   []string // of pending, for fault points
	wanted  uint64   // number of the last append

	syncing sync.Mutex
	synced  uint64
	failed  error // from then on nothing can be recorded
}

// createJournal begins a journal for a lock, in place of any other.
func createJournal(state, lockFile string, l *Lock) (*journal, error) {
	path, err := journalPath(state, lockFile)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := openNoFollow(path)
	if err != nil {
		return nil, err
	}
	head, err := l.header()
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.Write(head)
	}
	if err == nil {
		err = errors.Join(file.Sync(), syncPath(filepath.Dir(path)))
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &journal{file: file}, nil
}

func journalPath(state, lockFile string) (string, error) {
	dir, err := stateOf(state, lockFile)
	return filepath.Join(dir, "journal.jsonl"), err
}

// append makes lines durable before it returns. Calls that come while another is
// written to disk share the next write.
func (j *journal) append(lines ...journalLine) error {
	mine, err := j.add(lines)
	if err != nil {
		return err
	}
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.failed != nil {
		return j.failed
	}
	if j.synced >= mine {
		return nil
	}
	j.mu.Lock()
	text, steps, upTo := bytes.Clone(j.pending.Bytes()), j.steps, j.wanted
	j.pending.Reset()
	j.steps = nil
	j.mu.Unlock()
	faultPoints("before ", steps)
	_, err = j.file.Write(text)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.failed = fmt.Errorf("journal %s: %w", j.file.Name(), err)
		return j.failed
	}
	faultPoints("", steps)
	j.synced = upTo
	return nil
}

// add queues lines for the next write.
func (j *journal) add(lines []journalLine) (number uint64, err error) {
	var text []byte
	var steps []string
	for _, line := range lines {
		encoded, err := line.encode()
		if err != nil {
			return 0, fmt.Errorf("journal: %w", err)
		}
		text, steps = append(text, encoded...), append(steps, line.name())
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending.Write(text)
	j.steps = append(j.steps, steps...)
	j.wanted++
	return j.wanted, nil
}

// readJournal is the text of a journal that an apply left; nothing when there is none.
func readJournal(state, lockFile string) ([]byte, error) {
	path, err := journalPath(state, lockFile)
	if err != nil {
		return nil, nil // no state: no apply has left anything there
	}
	file, err := readNoFollow(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxJournal+1))
	if err == nil && len(text) > maxJournal {
		err = errors.New("it is larger than 256 MiB")
	}
	return text, err
}

// removeJournal ends a journal whose content is in the lock file.
func removeJournal(state, lockFile string) error {
	path, err := journalPath(state, lockFile)
	if err != nil {
		return err
	}
	faultPoint("journal kept")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

func syncPath(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
