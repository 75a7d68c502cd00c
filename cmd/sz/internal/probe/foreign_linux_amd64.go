package probe

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// foreignCall enters the kernel by the gate of 32-bit programs, where 20 is getpid.
// A filter that judges numbers alone takes that for writev.
func foreignCall(args) (string, error) {
	code, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return "", err
	}
	copy(code, []byte{0xb8, 20, 0, 0, 0 /* mov eax, 20 */, 0xcd, 0x80 /* int 0x80 */, 0xc3 /* ret */})
	if err := unix.Mprotect(code, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		return "", err
	}
	entry := uintptr(unsafe.Pointer(&code[0]))
	function := unsafe.Pointer(&entry)
	result := int32((*(*func() uintptr)(unsafe.Pointer(&function)))())
	if result <= 0 {
		return "", unix.Errno(-result)
	}
	return fmt.Sprintf("it is process %d", result), nil
}
