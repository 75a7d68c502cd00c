package place

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// exchange has two files of one directory change their names, in one step. The error
// is [errors.ErrUnsupported] where the file system cannot do that.
func exchange(root *os.Root, a, b string) error {
	dir, err := root.Open(path.Dir(b))
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, path.Base(a), fd, path.Base(b), unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return errors.ErrUnsupported
	}
	return err
}
