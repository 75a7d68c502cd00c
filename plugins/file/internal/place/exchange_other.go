//go:build !linux

package place

import (
	"errors"
	"os"
)

// exchange cannot be done here in one step.
func exchange(*os.Root, string, string) error { return errors.ErrUnsupported }
