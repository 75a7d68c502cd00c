package place

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// Lock keeps other writers of sz away from the files of a directory, wherever they
// keep their state: from before a file is read until after it is replaced. The
// returned function releases it. Where there is no directory yet, the one above is
// locked.
func Lock(root *os.Root, name string) (release func(), err error) {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		file, err := root.Open(dir)
		if errors.Is(err, fs.ErrNotExist) && dir != "." {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := lock(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return func() { _ = file.Close() }, nil
	}
}
