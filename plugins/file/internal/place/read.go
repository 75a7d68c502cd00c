package place

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxFile bounds a file of secrets, in bytes.
const maxFile = 8 << 20

var errTooLarge = fmt.Errorf("the file is larger than %d MiB", maxFile>>20)

// Read is the content of a file and what it was when it was read; a file that
// does not exist is empty and has no info.
func Read(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	if err := noLinks(root, name); err != nil {
		return nil, nil, err
	}
	// Without waiting: to open a pipe would take until somebody writes to it.
	file, err := root.OpenFile(name, os.O_RDONLY|noWait, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a regular file", name)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(text) > maxFile {
		err = errTooLarge
	}
	return text, info, err
}

// noLinks refuses a path of which any part is a symbolic link: whoever can make
// one would choose where secrets go.
func noLinks(root *os.Root, name string) error {
	parts := strings.Split(name, "/")
	for i := range parts {
		info, err := root.Lstat(path.Join(parts[:i+1]...))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link", path.Join(parts[:i+1]...))
		}
	}
	return nil
}
