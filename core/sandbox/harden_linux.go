package sandbox

import (
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

var hardened atomic.Bool

// Harden keeps other processes of the same user from reading the memory of this
// one, and the kernel from writing it to a file: a core dump of sz is a file of
// secrets. With a limit of one byte a dump is refused also where it is piped to a
// program, which a limit of zero does not do (core(5)).
func Harden() error {
	limit := unix.Rlimit{Cur: 1, Max: 1}
	err := unix.Setrlimit(unix.RLIMIT_CORE, &limit)
	hardened.Store(true)
	return errors.Join(err, unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}

// dumpable runs start while the process may be looked into: otherwise the kernel
// gives /proc/CHILD/uid_map to root, and only root could give a child of its own
// user namespace an identity.
func dumpable(start func() error) error {
	if !hardened.Load() {
		return start()
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		return err
	}
	err := start()
	return errors.Join(err, unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}
