package pluginhost

import (
	"os"
	"syscall"
)

// fileIdentity covers the change time, which no program can set.
func fileIdentity(info os.FileInfo) (string, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	return identityKey(stat.Dev, stat.Ino, stat.Size, stat.Mtim, stat.Ctim), true
}
