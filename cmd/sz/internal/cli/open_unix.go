//go:build unix

package cli

import (
	"os"
	"syscall"
)

// openFlags open a file that may turn out to be a pipe, without waiting for its
// writer.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK
