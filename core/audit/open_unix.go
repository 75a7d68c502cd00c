//go:build unix

package audit

import (
	"os"

	"golang.org/x/sys/unix"
)

// openExclusive opens a record for appending and keeps others from it until it is
// closed.
func openExclusive(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
