//go:build !unix

package pluginstore

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }
