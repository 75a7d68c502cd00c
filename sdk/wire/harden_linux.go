package wire

import "golang.org/x/sys/unix"

// harden keeps the memory of this process from others of the same user, and from a
// core dump: it will hold secrets. The limit of one byte refuses a dump also where it
// is piped to a program (core(5)). What fails here, an older kernel or a limit that is
// lower already, leaves the process as it was.
func harden() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1, Max: 1})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
