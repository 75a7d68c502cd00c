package sandbox

import "github.com/secretzero/sz/core/sandbox/internal/inside"

// ClosesSockets reports that landlock keeps a process from the unix sockets of
// others, which it does from version 9 on.
func ClosesSockets() bool {
	version, err := inside.LandlockVersion()
	return err == nil && version >= 9
}
