package place

import (
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

// Replace puts text in place of a file in one step, if it is still what it was
// when it was read. A new file gets mode; one that exists keeps its own, less what
// mode does not allow. After an error the file is what it was.
func Replace(root *os.Root, name string, text []byte, mode fs.FileMode, before fs.FileInfo) error {
	if len(text) > maxFile {
		return errTooLarge
	}
	if err := makeParents(root, name); err != nil {
		return err
	}
	if before != nil {
		mode &= before.Mode().Perm()
	}
	sweep(root, name)
	temp := path.Join(path.Dir(name), tempPrefix(name)+rand.Text()+tempSuffix)
	defer func() { _ = root.Remove(temp) }()
	if err := writeFile(root, temp, text, mode); err != nil {
		return err
	}
	if now, err := root.Lstat(name); changed(before, now, err) {
		return ErrChanged
	}
	if err := root.Rename(temp, name); err != nil {
		return err
	}
	syncDir(root, path.Dir(name))
	return nil
}

// Remove deletes a file that is still what it was when it was read.
func Remove(root *os.Root, name string, before fs.FileInfo) error {
	if now, err := root.Lstat(name); changed(before, now, err) {
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
