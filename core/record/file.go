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
)

// File is a lock file on disk. Its methods are safe for concurrent use.
type File struct {
	dir  string
	name string

	mu      sync.Mutex
	lock    *Lock
	version uint64 // of lock in memory

	saving sync.Mutex
	saved  uint64 // the version on disk
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

// Open reads the lock file at path; one that does not exist is empty. A lock file
// of another project or environment is an error: its receipts would be taken for
// this one's.
func Open(path, project, environment string) (*File, error) {
	f := &File{dir: filepath.Dir(path), name: filepath.Base(path)}
	text, err := f.read()
	if errors.Is(err, fs.ErrNotExist) {
		f.lock = New(project, environment)
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	f.lock, err = Decode(text)
	if err != nil {
		return nil, fmt.Errorf("lock file %s: %w", path, err)
	}
	if f.lock.Project != project || f.lock.Environment != environment {
		return nil, fmt.Errorf("lock file %s is of project %s, environment %s, and this is project %s, environment %s; use the Secretfile that it belongs to, or move it away",
			path, f.lock.Project, f.lock.Environment, project, environment)
	}
	return f, nil
}

func (f *File) read() ([]byte, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Lstat(f.name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", f.name)
	}
	file, err := root.Open(f.name)
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
	f.version++
}

// Save makes every change so far durable before it returns. Callers that come
// while another saves share the next save.
func (f *File) Save() error {
	f.mu.Lock()
	wanted := f.version
	f.mu.Unlock()
	f.saving.Lock()
	defer f.saving.Unlock()
	if f.saved >= wanted {
		return nil
	}
	f.mu.Lock()
	text, err := f.lock.Encode()
	version := f.version
	f.mu.Unlock()
	if err == nil {
		err = f.replace(text)
	}
	if err != nil {
		return fmt.Errorf("lock file %s: %w", filepath.Join(f.dir, f.name), err)
	}
	f.saved = version
	return nil
}

// replace puts text in place of the file in one step: a reader, and a machine
// that loses power, sees the old text or the new.
func (f *File) replace(text []byte) error {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	temp := "." + f.name + "." + randomHex(4)
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
	if err := root.Rename(temp, f.name); err != nil {
		return err
	}
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
