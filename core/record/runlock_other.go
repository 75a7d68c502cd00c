//go:build !unix

package record

import "os"

func openNoFollow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

func readNoFollow(path string) (*os.File, error) { return os.Open(path) }

// tryLock has no lock to take on this system.
func tryLock(*os.File) (bool, error) { return true, nil }
