package record

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// flushEvery is how often the lock file is written while an apply is under way. What
// is durable in between is the journal.
const flushEvery = time.Second

// File is a lock file on disk, with the journal of the apply that is at work on it.
// Its methods are safe for concurrent use.
type File struct {
	dir   string
	name  string
	state string          // the user's directory for state; empty for none, and no journal
	local map[string]bool // secrets of this machine, which are not in the shared file

	mu      sync.Mutex
	lock    *Lock
	version uint64 // of lock in memory
	unsaved []journalLine

	saving   sync.Mutex
	saved    uint64 // the version in the lock file
	flushed  time.Time
	journal  *journal // of this run, between Begin and Finish
	replayed bool     // what is in memory is partly from a journal that is still there
}

// Place says where a lock file lies, and of what it must be.
type Place struct {
	Path        string
	Project     string
	Environment string
	// Local are the secrets of this machine, which have a lock file of their own.
	Local map[string]bool
	// State is the user's directory for state, where the journal is. Empty for none:
	// then the lock file is written at every step.
	State string
}

// PathFor is where the lock file of a Secretfile lies: beside it, with its base
// name and, for an environment, that in between.
func PathFor(secretfile, environment string) string {
	base := strings.TrimSuffix(secretfile, filepath.Ext(secretfile))
	if environment != "" && environment != "-" {
		base += "." + environment
	}
	return base + ".lock"
}

// Open reads the lock file at a place, and beside it that of the secrets of this
// machine; files that do not exist are empty. What an apply that did not finish left in
// its journal is added in memory, and nothing is written. A lock file of another
// project or environment is an error: its receipts would be taken for this one's.
func Open(at Place) (*File, error) {
	f := &File{dir: filepath.Dir(at.Path), name: filepath.Base(at.Path), state: at.State, local: at.Local, lock: New(at.Project, at.Environment)}
	for _, name := range []string{f.name, localName(f.name)} {
		text, err := f.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("lock file: %w", err)
		}
		lock, err := Decode(text)
		if err != nil {
			return nil, fmt.Errorf("lock file %s: %w", filepath.Join(f.dir, name), err)
		}
		if err := f.lock.sameAs(lock); err != nil {
			return nil, fmt.Errorf("lock file %s %w; use the Secretfile that it belongs to, or move it away", filepath.Join(f.dir, name), err)
		}
		f.lock.add(lock)
	}
	return f, f.replay()
}

// sameAs reports a lock of another project or environment.
func (l *Lock) sameAs(other *Lock) error {
	if l.Project == other.Project && l.Environment == other.Environment {
		return nil
	}
	return fmt.Errorf("is of project %s, environment %s, and this is project %s, environment %s", other.Project, other.Environment, l.Project, l.Environment)
}

// localName is the lock file of the secrets of this machine, which belongs in
// .gitignore.
func localName(name string) string { return strings.TrimSuffix(name, ".lock") + ".local.lock" }

func (f *File) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxSize+1))
}

// Lock is a copy of what the file holds, with what was changed since.
func (f *File) Lock() *Lock {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lock.Clone()
}

// Change changes what will be saved.
func (f *File) Change(change func(*Lock)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f.lock)
	f.unsaved = append(f.unsaved, f.lock.changed...)
	f.lock.changed = nil
	f.version++
}

// Save makes every change so far durable before it returns: in the journal while an
// apply is under way, in the lock file otherwise. Callers that come while another saves
// share the next save.
func (f *File) Save() error {
	if f.journal == nil {
		return f.settle()
	}
	f.mu.Lock()
	lines := f.unsaved
	f.unsaved = nil
	f.mu.Unlock()
	if err := f.journal.append(lines...); err != nil {
		return err
	}
	if f.saving.TryLock() { // else somebody is at it
		defer f.saving.Unlock()
		if time.Since(f.flushed) >= flushEvery {
			_ = f.flush() // the journal has it; Finish tells of a lock file that cannot be written
			f.flushed = time.Now()
		}
	}
	return nil
}

// settle brings the lock file up to date, and ends a journal that is in it now.
func (f *File) settle() error {
	f.saving.Lock()
	defer f.saving.Unlock()
	if err := f.flush(); err != nil || !f.replayed {
		return err
	}
	f.replayed = false
	return removeJournal(f.state, filepath.Join(f.dir, f.name))
}

// flush writes what is in memory to the lock file, unless it is there. The caller
// holds saving.
func (f *File) flush() error {
	f.mu.Lock()
	if f.saved >= f.version && !f.replayed {
		f.mu.Unlock()
		return nil
	}
	shared, local := f.lock.split(f.local)
	version := f.version
	f.mu.Unlock()
	err := f.replace(f.name, shared)
	if len(local.Secrets)+len(local.Targets) > 0 || f.exists(localName(f.name)) {
		err = errors.Join(err, f.replace(localName(f.name), local))
	}
	if err != nil {
		return fmt.Errorf("lock file %s: %w", filepath.Join(f.dir, f.name), err)
	}
	f.saved, f.flushed = version, time.Now()
	return nil
}

func (f *File) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(f.dir, name))
	return err == nil
}

// replace puts a lock in place of a file in one step: a reader, and a machine that
// loses power, sees the old text or the new.
func (f *File) replace(name string, lock *Lock) error {
	text, err := lock.Encode()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	temp := "." + name + "." + randomHex(4)
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = root.Remove(temp) }()
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	faultPoint("lock written")
	if err := root.Rename(temp, name); err != nil {
		return err
	}
	faultPoint("lock replaced")
	return syncDir(root)
}

func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// NewProjectID is a random id that tells this project from others of its name.
func NewProjectID() string { return randomHex(8) }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return hex.EncodeToString(b)
}
