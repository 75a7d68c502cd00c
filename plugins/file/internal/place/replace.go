package place

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// ErrChanged means that somebody else wrote the file in the meantime.
var ErrChanged = errors.New("the file was changed by somebody else at the same time")

// Seen is a file as it was read: what it was, and what was in it. Info is nil for one
// that did not exist.
type Seen struct {
	Info fs.FileInfo
	Text []byte
}

// Replace puts text in place of a file in one step, if it is still what was seen. A
// new file gets mode; one that exists keeps its own, less what mode does not allow.
// After an error the file is what it was.
func Replace(root *os.Root, name string, text []byte, mode fs.FileMode, seen Seen) error {
	if len(text) > maxFile {
		return errTooLarge
	}
	if err := makeParents(root, name); err != nil {
		return err
	}
	if seen.Info != nil {
		mode &= seen.Info.Mode().Perm()
	}
	sweep(root, name)
	temp := path.Join(path.Dir(name), tempPrefix(name)+rand.Text()+tempSuffix)
	defer func() { _ = root.Remove(temp) }()
	if err := writeFile(root, temp, text, mode); err != nil {
		return err
	}
	if now, err := root.Lstat(name); changed(seen.Info, now, err) {
		return ErrChanged
	}
	if err := put(root, temp, name, seen); err != nil {
		return err
	}
	syncDir(root, path.Dir(name))
	return nil
}

// put gives the new file the name of the old one. Somebody may have written the old
// one since it was last looked at: so the two change places, and what comes out is
// looked at again, when nobody can reach it by its name any more.
func put(root *os.Root, temp, name string, seen Seen) error {
	if seen.Info == nil {
		return create(root, temp, name)
	}
	err := exchange(root, temp, name)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return root.Rename(temp, name)
	case errors.Is(err, fs.ErrNotExist):
		return ErrChanged
	case err != nil:
		return err
	}
	if out, info, err := Read(root, temp); err == nil && info != nil && !changed(seen.Info, info, nil) && bytes.Equal(out, seen.Text) {
		return nil // temp is what was replaced now, and is removed
	}
	return errors.Join(ErrChanged, exchange(root, temp, name))
}

// create gives a new file its name, unless there is a file of that name by now.
func create(root *os.Root, temp, name string) error {
	err := root.Link(temp, name)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return ErrChanged
	}
	return root.Rename(temp, name) // where there are no links
}

// Remove deletes a file that is still what was seen.
func Remove(root *os.Root, name string, seen Seen) error {
	if now, err := root.Lstat(name); changed(seen.Info, now, err) {
		return ErrChanged
	}
	if err := root.Remove(name); err != nil {
		return err
	}
	syncDir(root, path.Dir(name))
	return nil
}

// writeFile makes a file that nobody else can read before it has its mode.
func writeFile(root *os.Root, name string, text []byte, mode fs.FileMode) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func changed(before, now fs.FileInfo, err error) bool {
	if before == nil || err != nil {
		return before != nil || !errors.Is(err, fs.ErrNotExist)
	}
	return !os.SameFile(before, now) || before.Size() != now.Size() || !before.ModTime().Equal(now.ModTime())
}

func makeParents(root *os.Root, name string) error {
	if err := noLinks(root, name); err != nil {
		return err
	}
	if dir := path.Dir(name); dir != "." {
		return root.MkdirAll(dir, 0o700)
	}
	return nil
}

const (
	tempSuffix = ".sz-new"
	// staleAfter is far longer than any write takes.
	staleAfter = 10 * time.Minute
)

func tempPrefix(name string) string { return "." + path.Base(name) + "." }

// sweep removes what a writer that was killed left beside a file: it holds secrets.
func sweep(root *os.Root, name string) {
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(-1)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix(name)) || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > staleAfter {
			_ = root.Remove(path.Join(path.Dir(name), e.Name()))
		}
	}
}

// syncDir makes a rename survive a power cut. Where that fails the rename is done
// nonetheless, so there is nothing to report.
func syncDir(root *os.Root, dir string) {
	if d, err := root.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
