//go:build !unix

package place

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }
