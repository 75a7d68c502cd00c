//go:build !unix

package audit

import "os"

// openExclusive opens a record for appending.
func openExclusive(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
}
