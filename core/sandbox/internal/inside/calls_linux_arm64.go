package inside

import "golang.org/x/sys/unix"

// nativeArch is what the kernel calls this processor in a filter.
const nativeArch = unix.AUDIT_ARCH_AARCH64

// firstForeignCall is above all numbers: there is no second interface.
const firstForeignCall = 1<<32 - 1

var nativeCalls, forkCalls []uint32
