//go:build !unix

package cli

import "os"

const openFlags = os.O_RDONLY
