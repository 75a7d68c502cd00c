//go:build unix

package wire

import (
	"fmt"
	"os"
	"syscall"
)

// openOwn opens a regular file that belongs to the user and that nobody else can read
// or write. What is looked at is what was opened.
func openOwn(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = own(path, info)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func own(path string, info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file", path)
	case !ok || int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user, who could listen there", path)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s can be opened by others (mode %04o), who could be the one that connects; it has to be 0600", path, info.Mode().Perm())
	}
	return nil
}
