//go:build unix

package place

import (
	"errors"
	"os"
	"syscall"
)

const noWait = syscall.O_NONBLOCK

func lock(dir *os.File) error {
	for {
		if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
