//go:build !unix

package state

import "os"

const noFollow = 0

// Nothing is locked here: one host writes a file at a time, by its own limits.
func lockAlone(*os.File) error { return nil }

func lockShared(*os.File) error { return nil }
