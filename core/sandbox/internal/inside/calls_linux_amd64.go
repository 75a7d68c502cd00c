package inside

import "golang.org/x/sys/unix"

// nativeArch is what the kernel calls this processor in a filter.
const nativeArch = unix.AUDIT_ARCH_X86_64

// firstForeignCall is where the numbers of the x32 interface begin, which reach the
// same calls by other numbers.
const firstForeignCall = 0x40000000

// nativeCalls are older forms of calls that newer processors never had.
var nativeCalls = []uint32{
	unix.SYS_OPEN, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_GETDENTS, unix.SYS_MKDIR,
	unix.SYS_RMDIR, unix.SYS_UNLINK, unix.SYS_RENAME, unix.SYS_LINK, unix.SYS_SYMLINK, unix.SYS_CREAT, unix.SYS_CHMOD,
	unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_UTIME, unix.SYS_UTIMES, unix.SYS_FUTIMESAT, unix.SYS_PIPE, unix.SYS_DUP2,
	unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_EPOLL_CREATE, unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_CTL_OLD, unix.SYS_EPOLL_WAIT_OLD,
	unix.SYS_EVENTFD, unix.SYS_SIGNALFD, unix.SYS_INOTIFY_INIT, unix.SYS_TIME, unix.SYS_ALARM, unix.SYS_PAUSE,
	unix.SYS_GETPGRP, unix.SYS_ARCH_PRCTL,
}

// forkCalls make a process by other means than clone.
var forkCalls = []uint32{unix.SYS_FORK, unix.SYS_VFORK}
