//go:build linux && !amd64 && !arm64

package inside

import "syscall"

// fork of no processor: there is no list of calls for this one either.
func fork(uintptr, *script) (pid, errno uintptr) { return 0, uintptr(syscall.ENOSYS) }
