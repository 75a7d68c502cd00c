package record

import (
	"fmt"
	"path/filepath"
)

// replay adds in memory what an apply that did not finish did.
func (f *File) replay() error {
	if f.state == "" {
		return nil
	}
	path := filepath.Join(f.dir, f.name)
	text, err := readJournal(f.state, path)
	if err == nil && len(text) > 0 {
		f.replayed = true
		err = replayInto(f.lock, text)
	}
	if err != nil {
		journal, _ := journalPath(f.state, path)
		return fmt.Errorf("journal %s: %w; if it is not of this project, move it away: the stores tell what was written", journal, err)
	}
	return nil
}

// Unfinished reports that an apply left a journal: it was ended before its time, or is
// still at work.
func (f *File) Unfinished() bool { return f.replayed }

// Begin opens the journal of an apply. What is in memory is in the lock file first, so
// that what an earlier apply left is not lost with its journal, and so that the
// project's id is on disk before any store carries it.
func (f *File) Begin() error {
	f.saving.Lock()
	defer f.saving.Unlock()
	if err := f.flush(); err != nil {
		return err
	}
	if f.state == "" {
		return nil
	}
	f.replayed = false
	f.mu.Lock()
	f.unsaved, f.lock.Begun = nil, nil
	lock := f.lock
	f.mu.Unlock()
	j, err := createJournal(f.state, filepath.Join(f.dir, f.name), lock)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	f.journal = j
	return nil
}

// Intend records which values are about to be made. Nothing is made before it returns,
// and nothing at all when it fails.
func (f *File) Intend(list []Intent) error {
	lines := make([]journalLine, len(list))
	for i := range list {
		lines[i].intent = &list[i]
	}
	return f.step(lines)
}

// Generated records that the values of operations, by secret, were made.
func (f *File) Generated(operations map[string]string) error {
	var lines []journalLine
	for name, operation := range operations {
		lines = append(lines, journalLine{mark: &mark{Generated: name, Operation: operation}})
	}
	return f.step(lines)
}

// Done records that a value is at all its targets. It is durable with the next step.
func (f *File) Done(name, operation string) error {
	if f.journal == nil {
		return nil
	}
	_, err := f.journal.add([]journalLine{{mark: &mark{Done: name, Operation: operation}}})
	return err
}

func (f *File) step(lines []journalLine) error {
	if f.journal == nil || len(lines) == 0 {
		return nil
	}
	return f.journal.append(lines...)
}

// Finish brings the lock file up to date and ends the journal. When the lock file
// cannot be written the journal stays, and the next run takes it over.
func (f *File) Finish() error {
	f.saving.Lock()
	defer f.saving.Unlock()
	j := f.journal
	f.journal = nil
	err := f.flush()
	if j == nil {
		return err
	}
	_ = j.file.Close()
	if err != nil {
		return err
	}
	return removeJournal(f.state, filepath.Join(f.dir, f.name))
}
