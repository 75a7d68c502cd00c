//go:build unix

package trust

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/secretzero/sz/core/diag"
)

// Owned refuses a file that somebody else could change between a person's look and
// ours: it and its directory must belong to the user or to root, and not be writable
// by everybody. A directory with the sticky bit lets nobody replace what is not
// theirs. A file that is not there is no error.
func Owned(path string) error {
	for _, name := range []string{path, filepath.Dir(path)} {
		info, err := os.Stat(name)
		if err != nil {
			return nil // told of when it is read
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		switch {
		case ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
			return fmt.Errorf("%s belongs to another user, who could change it; take it over with: chown %d %s", name, os.Geteuid(), diag.ShellWord(name))
		case info.Mode().Perm()&0o002 != 0 && info.Mode()&os.ModeSticky == 0:
			return fmt.Errorf("%s can be changed by everybody on the machine; forbid it with: chmod o-w %s", name, diag.ShellWord(name))
		}
	}
	return nil
}
