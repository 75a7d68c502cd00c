//go:build unix

package pluginhost

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// aliveName is a file in each runtime directory that its sz holds locked for as long
// as it lives. The kernel lets go of the lock when it is killed.
const aliveName = "alive"

// markAlive locks the directory for this process. The file is closed with it. It gets its
// name when it is locked: a sweep at this instant would take one that is not for that of
// a run that was killed.
func markAlive(dir string) (*os.File, error) {
	name := filepath.Join(dir, aliveName)
	file, err := os.OpenFile(name+".new", os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// sweep removes the runtime directories that other runs of sz left when they were
// killed: those of this user whose lock nobody holds.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, entry := range entries {
		dir := filepath.Join(base, entry.Name())
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), runtimePrefix) || !ours(dir) {
			continue
		}
		file, err := os.OpenFile(filepath.Join(dir, aliveName), os.O_RDWR|syscall.O_NOFOLLOW, 0)
		if err != nil {
			continue // just made, or none of ours
		}
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(dir)
		}
		_ = file.Close()
	}
}

func ours(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
