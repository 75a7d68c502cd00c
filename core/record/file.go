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
	dir   string
	name  string
	local map[string]bool // secrets of this machine, which are not in the shared file

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

// Open reads the lock file at path, and beside it that of the secrets of this machine,
// whose names are local; files that do not exist are empty. A lock file of another
// project or environment is an error: its receipts would be taken for this one's.
func Open(path, project, environment string, local map[string]bool) (*File, error) {
	f := &File{dir: filepath.Dir(path), name: filepath.Base(path), local: local, lock: New(project, environment)}
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
		if lock.Project != project || lock.Environment != environment {
			return nil, fmt.Errorf("lock file %s is of project %s, environment %s, and this is project %s, environment %s; use the Secretfile that it belongs to, or move it away",
				filepath.Join(f.dir, name), lock.Project, lock.Environment, project, environment)
		}
		f.lock.add(lock)
	}
	return f, nil
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
	f.saved = version
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
	if err := root.Rename(temp, name); err != nil {
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
