//go:build unix

package state

import (
	"os"
	"syscall"
)

// noFollow keeps the lock from being taken on a file that somebody linked to.
const noFollow = syscall.O_NOFOLLOW

func lockAlone(f *os.File) error { return flock(f, syscall.LOCK_EX) }

func lockShared(f *os.File) error { return flock(f, syscall.LOCK_SH) }

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}
