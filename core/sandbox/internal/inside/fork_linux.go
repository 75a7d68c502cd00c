//go:build amd64 || arm64

package inside

import (
	"syscall"
	_ "unsafe" // for the names of the runtime
)

// A new process is made as package syscall makes one (forkAndExecInChild1): it has the
// memory of this one, on whose stack it runs, and the thread that made it waits until
// it has become another program or has ended. It costs no copy of the memory's tables,
// which is most of a fork. In return it may call nothing of Go but what is here: no
// allocation, no larger stack, no lock. That is why it performs a script.

// The thread waits for as long as the kernel takes for namespaces and mounts, and for a
// file system that is slow to answer. Between these two it does so as in any other call
// of the kernel: what else there is to run, and to collect, goes on without it.

//go:linkname enterCall runtime.entersyscall
func enterCall()

//go:linkname exitCall runtime.exitsyscall
func exitCall()

//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

// vfork makes the process, which calls inChild. In assembly, so that what it writes to
// the stack is below what its parent has there.
//
//go:noescape
func vfork(flags uintptr, s *script) (pid, errno uintptr)

var _ = inChild // which vfork calls

// fork has a new process perform a script.
//
//go:noinline
//go:norace
//go:nosplit
func fork(flags uintptr, s *script) (pid, errno uintptr) {
	enterCall()
	beforeFork()
	pid, errno = vfork(flags|syscall.CLONE_VM|syscall.CLONE_VFORK|uintptr(syscall.SIGCHLD), s)
	afterFork()
	exitCall()
	return pid, errno
}

// inChild performs a script. It does not return: the last call executes the plugin.
//
//go:norace
//go:nosplit
func inChild(s *script) {
	afterForkInChild()
	for n := 0; n < len(s.calls); n++ {
		c := s.calls[n]
		result, _, errno := syscall.RawSyscall6(c.number, c.args[0].value(), c.args[1].value(), c.args[2].value(),
			c.args[3].value(), c.args[4].value(), c.args[5].value())
		if errno != 0 && errno != c.despite {
			s.stopped, s.why = n, errno
			break
		}
		if c.makes != nil {
			*c.makes = int32(result)
		}
	}
	for {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 125, 0, 0)
	}
}

//go:norace
//go:nosplit
func (a *arg) value() uintptr {
	if a.made != nil {
		return uintptr(*a.made)
	}
	if a.memory != nil {
		return uintptr(a.memory)
	}
	return a.number
}
