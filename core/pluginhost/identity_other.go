//go:build !linux

package pluginhost

import "os"

// fileIdentity knows no change time here, so binaries are hashed each time.
func fileIdentity(os.FileInfo) (string, bool) { return "", false }
